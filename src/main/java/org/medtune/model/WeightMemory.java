package org.medtune.model;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;

/**
 * The memory that a model's weights take, known before they are read.
 *
 * @param resident bytes while the model is loaded
 * @param loading bytes on top of that while it is being loaded
 */
public record WeightMemory(long resident, long loading) {

    /** What a weight takes while it is quantised: four numbers of 32 bits. */
    private static final long BYTES_OF_QUANTIZING = 4 * Float.BYTES;

    /** The bytes for a model in a compute type. */
    static WeightMemory of(ModelConfiguration configuration, ElementType type, Quantization quantization) {
        Map<String, long[]> shapes = WeightNames.shapes(configuration);
        long all = shapes.values().stream().mapToLong(WeightMemory::elements).sum() * type.bytes();
        long embedding = elements(shapes.get(WeightNames.EMBEDDING)) * type.bytes();
        long largestGroup = 0;
        long largestQuantized = 0;
        long projections = 0;
        long quantized = 0;
        for (Projection.Group group : Projection.Group.values()) {
            List<Long> elements = group.members().stream()
                    .map(p -> (long) p.inputs(configuration) * p.outputs(configuration))
                    .toList();
            long bytes = elements.stream().mapToLong(Long::longValue).sum() * type.bytes();
            largestGroup = Math.max(largestGroup, bytes);
            projections += bytes;
            quantized += Nf4Matrix.bytes(type, elements);
            largestQuantized = Math.max(largestQuantized, Nf4Matrix.bytes(type, elements));
        }
        // a tensor is in memory once as it is stored and once as it is kept
        if (quantization == Quantization.NONE) {
            return new WeightMemory(all, Math.max(embedding, largestGroup));
        }
        long part = Math.min(largestGroup / type.bytes(),
                ModelWeights.LARGEST_QUANTIZED / ElementType.BFLOAT16.bytes());
        return new WeightMemory(all + configuration.layers() * (quantized - projections),
                Math.max(embedding, largestQuantized + BYTES_OF_QUANTIZING * part));
    }

    /** The bytes for a model on a device, with the room that its fused kernels want there. */
    public static WeightMemory on(ComputeDevice device, ModelConfiguration configuration, ElementType type,
            Quantization quantization) {
        return of(configuration, type, quantization)
                .plus(spareColumns(configuration, device, type, quantization));
    }

    /**
     * Says what a model will take, before it takes it.
     *
     * @throws org.medtune.RecoverableException when the device has less; where it does not tell how much it has, the
     *     attempt will show
     */
    static void announce(ModelFolder folder, ComputeDevice device, ElementType type, Quantization quantization) {
        WeightMemory memory = on(device, folder.configuration(), type, quantization);
        OptionalLong free = device.availableBytes();
        MESSAGES.modelWillTake(folder.path(), type.safetensorsName(), quantization.label(), memory.resident() >> 20,
                device.deviceName(), free.isPresent() ? (free.getAsLong() >> 20) + " MiB are" : "an unknown rest is");
        memory.requireAtMost(free, folder, device, type, quantization);
    }

    void requireAtMost(OptionalLong free, ModelFolder folder, ComputeDevice device, ElementType type,
            Quantization quantization) {
        if (free.isPresent() && resident + loading > free.getAsLong()) {
            WeightMemory smallest = of(folder.configuration(), ElementType.BFLOAT16, Quantization.NF4);
            throw MESSAGES.modelDoesNotFit(folder.path(), type.safetensorsName(), quantization.label(),
                    (resident + loading) >> 20, device.deviceName(), free.getAsLong() >> 20,
                    (smallest.resident() + smallest.loading()) >> 20);
        }
    }

    private WeightMemory plus(long bytes) {
        return new WeightMemory(resident + bytes, loading);
    }

    private static long spareColumns(ModelConfiguration configuration, ComputeDevice device, ElementType type,
            Quantization quantization) {
        long rows = FusedPath.groupsToWiden(configuration, device, type, quantization).stream()
                .flatMap(group -> group.members().stream())
                .mapToLong(projection -> projection.outputs(configuration))
                .sum();
        return configuration.layers() * rows * ModelWeights.SPARE_COLUMNS * type.bytes();
    }

    private static long elements(long[] shape) {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }
}
