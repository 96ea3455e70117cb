package org.medtune.model;

import java.util.HashMap;
import java.util.Map;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * The activations of a decoding step, in places that stay the same from step to step. Closing releases them.
 *
 * @param owner      of all that is here
 * @param rows       the most rows
 * @param normalised rows of the residual stream, normalised
 * @param qkv        q, k and v side by side
 * @param attended   what attention makes of them
 * @param middle     the residual stream after attention
 * @param gateUp     gate and up side by side
 * @param product    what SwiGLU makes of them
 * @param logits     of the next token [rows, vocabulary]
 * @param lowRank    low-rank activations by rank, made when they are first wanted
 */
record DecodingBuffers(TensorScope owner, int rows, FusedKernels.Normalised normalised,
        Tensor qkv, Tensor attended, Tensor middle, Tensor gateUp, Tensor product, Tensor logits,
        Map<Long, Tensor> lowRank) implements AutoCloseable {

    static DecodingBuffers of(TensorScope scope, ModelConfiguration configuration, int rows) {
        TensorScope owner = scope.newScope();
        long hidden = configuration.hiddenSize();
        long inner = configuration.intermediateSize();
        long width = configuration.queryWidth();
        // zeros, since rows without a sequence take part in products
        return new DecodingBuffers(owner, rows,
                new FusedKernels.Normalised(zeros(owner, rows, hidden), owner.zeros(ElementType.FLOAT32, rows)),
                zeros(owner, rows, width + 2L * configuration.keyValueWidth()), zeros(owner, rows, width),
                zeros(owner, rows, hidden), zeros(owner, rows, 2 * inner), zeros(owner, rows, inner),
                zeros(owner, rows, configuration.vocabularySize()), new HashMap<>());
    }

    /** Room for low-rank activations [rows, rank]. */
    Tensor lowRank(long rank) {
        return lowRank.computeIfAbsent(rank, r -> zeros(owner, rows, r));
    }

    @Override
    public void close() {
        owner.close();
    }

    private static Tensor zeros(TensorScope owner, long... shape) {
        return owner.zeros(ElementType.BFLOAT16, shape);
    }
}
