package org.medtune.model;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.medtune.model.Projection.Group;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/** The matrices of a layer as products take them: 4-bit ones are made dense for each use. */
final class FusedWeights {

    private final FusedKernels kernels;
    private final Quantization quantization;
    private final Map<Group, List<Nf4Matrix.Part>> parts = new EnumMap<>(Group.class);
    private final Map<Group, long[]> shapes = new EnumMap<>(Group.class);

    FusedWeights(FusedKernels kernels, ModelConfiguration configuration, Quantization quantization) {
        this.kernels = kernels;
        this.quantization = quantization;
        for (Group group : Group.values()) {
            long inputs = group.members().get(0).inputs(configuration);
            List<Long> outputs = group.members().stream().map(p -> (long) p.outputs(configuration)).toList();
            parts.put(group, Nf4Matrix.parts(ElementType.BFLOAT16, outputs.stream().map(n -> n * inputs).toList()));
            shapes.put(group, new long[] {outputs.stream().mapToLong(Long::longValue).sum(), inputs});
        }
    }

    /** The matrix [outputs, inputs] of a group's weight as it is held; what is made for it belongs to the scope. */
    Tensor dense(TensorScope owner, Tensor weight, Group group) {
        if (quantization == Quantization.NONE) {
            return weight;
        }
        long[] shape = shapes.get(group);
        Tensor dense = kernels.empty(owner, weight, shape);
        long row = 0;
        for (Nf4Matrix.Part part : parts.get(group)) {
            long end = row + part.elements() / shape[1];
            kernels.nf4Dense(weight, owner.callForTensor("rows", dense, row, end), part);
            row = end;
        }
        return dense;
    }
}
