package org.medtune.training;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.medtune.adapter.AdapterLayout;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.model.ModelConfiguration;
import org.medtune.model.Projection;
import org.medtune.model.Quantization;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;

/**
 * The memory that training takes beside the base model's weights, known before anything is loaded: what
 * {@code docs/performance.md} says of gradient checkpointing, in bytes.
 *
 * @param device on the device that trains
 * @param host   on the host of an accelerator; 0 where the device is the host
 */
public record TrainingMemory(long device, long host) {

    /** Fused kernels' logits are computed in pieces of this size. */
    private static final long ACCELERATOR_LOGIT_BYTES = 256L << 20;

    /** What a CUDA context and its libraries take, as measured on an H100. */
    private static final long ACCELERATOR_CONTEXT_BYTES = 512L << 20;

    /**
     * What libtorch takes on a processor by itself: its code, the compiled kernels, buffers of its threads and the
     * allocator's room. Measured as what the resident memory of a server, whose Java heap was resident before, grew by
     * in small runs, less what is computed here and weights: 287 MiB with rows of 256 tokens and 389 MiB with longer
     * ones, with two threads of a Xeon.
     */
    private static final long PROCESSOR_LIBRARY_BYTES = 338L << 20;

    /** The adapter itself, its gradient, and the copy that is being saved. */
    private static final int NUMBERS_OF_A_PARAMETER = 3;

    /**
     * What training takes.
     *
     * @param type         of weights and activations
     * @param quantization of the weights
     * @param mode         what is kept of a forward pass
     * @param moments      how the optimizer keeps its moments
     * @param tokens       of a micro-batch
     */
    public static TrainingMemory of(ModelConfiguration model, LoraConfiguration lora, ComputeDevice device,
            ElementType type, Quantization quantization, GradientCheckpointing mode, MomentStorage moments,
            long tokens) {
        long parameters = new AdapterLayout(model, lora).size();
        long adapter = (long) (parameters * (NUMBERS_OF_A_PARAMETER * Float.BYTES + moments.bytesPerParameter()));
        // names as in the document: T, L, h, q, a, i and the sum of R over the layers
        long layers = model.layers();
        long hidden = model.hiddenSize();
        long heads = model.queryWidth() + 2L * model.keyValueWidth();
        long attended = model.queryWidth();
        long inner = model.intermediateSize();
        long ranks = IntStream.range(0, model.layers()).mapToLong(layer -> Arrays.stream(Projection.values())
                .filter(lora.targetModules()::contains).mapToLong(p -> lora.rank(layer, p)).sum()).sum();
        boolean keepsAttention = device.accelerator() && quantization == Quantization.NONE;
        long kept = switch (mode) {
            case NONE -> layers * (4 * hidden + heads + attended + 2 * inner) + ranks;
            case ON -> keepsAttention ? layers * (2 * hidden + heads + attended) + ranks : layers * hidden;
            case OFFLOAD -> device.accelerator() ? 2 * hidden : layers * hidden;
        };
        long atWork = 3 * inner + 4 * hidden + heads;
        long onDevice = adapter + (kept + atWork) * tokens * type.bytes()
                + (device.accelerator() ? ACCELERATOR_LOGIT_BYTES + ACCELERATOR_CONTEXT_BYTES
                        : PROCESSOR_LIBRARY_BYTES);
        boolean onHost = device.accelerator() && mode == GradientCheckpointing.OFFLOAD;
        return new TrainingMemory(onDevice, onHost ? layers * hidden * tokens * type.bytes() : 0);
    }
}
