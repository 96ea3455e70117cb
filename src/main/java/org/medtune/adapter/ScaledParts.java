package org.medtune.adapter;

import java.util.List;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * The parts of an adapter's flat vector that kernels see multiplied. A kernel takes one scaling for all modules of an
 * adapter. Where a module has another, its B is multiplied by the ratio of the two on the way to the kernels, which
 * then compute scaling * (ratio * B) A. What they return as the gradient of ratio * B becomes that of B by the same
 * ratio.
 */
final class ScaledParts {

    private final long[] offsets;
    private final long[] lengths;
    private final double[] ratios;

    ScaledParts(AdapterLayout layout, LoraConfiguration lora) {
        List<AdapterLayout.Parameter> parts = layout.parameters().stream()
                .filter(p -> p.kind() == AdapterLayout.Kind.B)
                .filter(p -> lora.scaling(p.layer(), p.projection()) != lora.scaling())
                .toList();
        offsets = parts.stream().mapToLong(AdapterLayout.Parameter::offset).toArray();
        lengths = parts.stream().mapToLong(AdapterLayout.Parameter::elements).toArray();
        ratios = parts.stream()
                .mapToDouble(p -> lora.scaling(p.layer(), p.projection()) / lora.scaling())
                .toArray();
    }

    boolean isEmpty() {
        return offsets.length == 0;
    }

    /** Copies a flat vector into another of any type, these parts multiplied. */
    void assign(TensorScope work, Tensor target, Tensor source) {
        work.call("assign_scaled", target, source, offsets, lengths, ratios);
    }

    /** Multiplies these parts of a flat vector. */
    void multiply(TensorScope work, Tensor flat) {
        work.call("scale_parts", flat, offsets, lengths, ratios);
    }
}
