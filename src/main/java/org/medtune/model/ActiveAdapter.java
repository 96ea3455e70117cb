package org.medtune.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * The low-rank factors that take part in a forward or backward pass, as the kernels take them. Owned by whoever made
 * it; the tensors have the model's compute type and lie on its device.
 *
 * @param layers one entry a decoder layer
 * @param scaling factor of all low-rank products: alpha / r, or alpha / sqrt(r); where a module has another, its B is
 *     given multiplied by the ratio
 * @param dropout probability with which an input of the low-rank path is dropped in training
 */
public record ActiveAdapter(List<Layer> layers, double scaling, double dropout) {

    /** Factors that {@code layer.py} expects for each layer. */
    public static final int FACTORS = 11;

    /**
     * The factors of one layer.
     *
     * @param factors A of q/k/v stacked [ranks, inputs], B of q, k, v [outputs, rank]; A and B of o; A of gate/up
     *     stacked, B of gate, up; A and B of down. A projection without an adapter has rank 0.
     * @param biases trained biases of q/k/v, o, gate/up, down that stand in for the model's; an entry without elements
     *     leaves the model's own
     */
    public record Layer(List<Tensor> factors, List<Tensor> biases) {}

    /** An adapter of rank 0, which changes nothing; its tensors belong to the scope. */
    static ActiveAdapter none(TensorScope scope, ModelConfiguration configuration, ElementType type) {
        List<Tensor> factors = new ArrayList<>();
        for (Projection.Group group : Projection.Group.values()) {
            factors.add(scope.zeros(type, 0, group.members().get(0).inputs(configuration)));
            for (Projection projection : group.members()) {
                factors.add(scope.zeros(type, projection.outputs(configuration), 0));
            }
        }
        ActiveAdapter.Layer layer = new ActiveAdapter.Layer(List.copyOf(factors), List.of());
        return new ActiveAdapter(Collections.nCopies(configuration.layers(), layer), 0.0, 0.0);
    }
}
