package org.medtune.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.medtune.tensor.Tensor;

/**
 * What a layer's forward and backward pass have in common, as the kernels take it.
 *
 * @param batch       the rows
 * @param weights     the layer's frozen weights, as {@code layer.py} lists them
 * @param widened     those of the layer's matrices that have spare columns, with these
 * @param factors     the adapter's factors, as {@link ActiveAdapter.Layer} lists them
 * @param scaling     factor of the low-rank products
 * @param dropout     probability with which an input of the low-rank path is dropped
 * @param dropoutSeed first of the seven seeds of this layer's dropout masks
 */
record LayerPass(MicroBatch batch, List<Tensor> weights, Map<Projection.Group, Tensor> widened, List<Tensor> factors,
        double scaling, double dropout, long dropoutSeed) {

    Tensor inputNorm() {
        return weights.get(ModelWeights.INPUT_NORM);
    }

    Tensor postAttentionNorm() {
        return weights.get(ModelWeights.POST_ATTENTION_NORM);
    }

    Tensor weight(Projection.Group group) {
        return weights.get(ModelWeights.biasIndex(group) - 1);
    }

    Tensor bias(Projection.Group group) {
        return weights.get(ModelWeights.biasIndex(group));
    }

    Tensor a(Projection.Group group) {
        return factors.get(firstFactor(group));
    }

    /** A group's matrix with spare columns, if it has them and the adapter's ranks do not need more. */
    Optional<Tensor> widened(Projection.Group group) {
        long ranks = a(group).shape()[0];
        return ranks > 0 && ranks <= ModelWeights.SPARE_COLUMNS ? Optional.ofNullable(widened.get(group))
                : Optional.empty();
    }

    List<Tensor> b(Projection.Group group) {
        return bOf(factors, group);
    }

    /** The place of a group's A among factors and their gradients; its B follow. */
    static int firstFactor(Projection.Group group) {
        return switch (group) {
            case QKV -> 0;
            case O -> 4;
            case GATE_UP -> 6;
            case DOWN -> 9;
        };
    }

    static List<Tensor> bOf(List<Tensor> factors, Projection.Group group) {
        int first = firstFactor(group) + 1;
        return factors.subList(first, first + group.members().size());
    }

    /** The gradients of a group's biases, which follow those of all factors. */
    static List<Tensor> biasesOf(List<Tensor> gradients, Projection.Group group) {
        int first = ActiveAdapter.FACTORS + group.members().get(0).ordinal();
        return gradients.subList(first, first + group.members().size());
    }
}
