package org.medtune.model;

import java.util.ArrayList;
import java.util.List;
import org.medtune.tensor.Tensor;

/**
 * What the backward pass of a layer on the fused path needs of its forward pass. The low-rank activations of a group
 * without an adapter have no elements.
 *
 * @param qkv q, k and v side by side, rotated [tokens, outputs]
 * @param zQkv their low-rank activations [tokens, ranks]
 * @param attended output of attention [tokens, heads * size]
 * @param attentionState what attention's backward pass needs beside its output
 * @param zO low-rank activations of the output projection
 * @param middle the sum after attention [tokens, hidden]
 * @param zGateUp low-rank activations of gate and up
 * @param zDown low-rank activations of down; null where it was not computed
 * @param first the layer's input normalised; null where it was not kept
 * @param second the sum after attention normalised; null where it was not kept
 * @param gateUp gate and up side by side [tokens, 2 * inner]; null where it was not kept
 */
record FusedActivations(Tensor qkv, Tensor zQkv, Tensor attended, List<Tensor> attentionState, Tensor zO,
        Tensor middle, Tensor zGateUp, Tensor zDown, FusedKernels.Normalised first, FusedKernels.Normalised second,
        Tensor gateUp) {

    private static final int ATTENTION_STATE = 3;
    private static final int SELECTIVE = 7 + ATTENTION_STATE;

    FusedActivations withDown(Tensor newZDown) {
        return new FusedActivations(qkv, zQkv, attended, attentionState, zO, middle, zGateUp, newZDown, first, second,
                gateUp);
    }

    FusedActivations withMlp(FusedKernels.Normalised newFirst, FusedKernels.Normalised newSecond, Tensor newGateUp) {
        return new FusedActivations(qkv, zQkv, attended, attentionState, zO, middle, zGateUp, zDown, newFirst,
                newSecond, newGateUp);
    }

    /** The layer's output and what is kept; {@link #of} reads the latter. */
    List<Tensor> kept(Tensor output, Retention retention) {
        List<Tensor> tensors = new ArrayList<>();
        tensors.add(output);
        if (retention != Retention.NOTHING) {
            tensors.addAll(List.of(qkv, zQkv, attended, zO, middle, zGateUp, zDown));
            tensors.addAll(attentionState);
        }
        if (retention == Retention.EVERYTHING) {
            tensors.addAll(List.of(first.normalised(), first.inverseRms(), second.normalised(), second.inverseRms(),
                    gateUp));
        }
        return tensors;
    }

    static FusedActivations of(List<Tensor> kept) {
        FusedActivations selective = new FusedActivations(kept.get(0), kept.get(1), kept.get(2),
                kept.subList(SELECTIVE - ATTENTION_STATE, SELECTIVE), kept.get(3), kept.get(4), kept.get(5),
                kept.get(6), null, null, null);
        if (kept.size() == SELECTIVE) {
            return selective;
        }
        List<Tensor> rest = kept.subList(SELECTIVE, kept.size());
        return selective.withMlp(new FusedKernels.Normalised(rest.get(0), rest.get(1)),
                new FusedKernels.Normalised(rest.get(2), rest.get(3)), rest.get(4));
    }
}
