package org.medtune.ops;

import java.nio.file.Path;
import org.medtune.InvalidInputException;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;

/**
 * Which base model, where and how precise.
 *
 * @param folder Hugging Face model folder
 * @param device where it is
 * @param type   of its weights and activations
 */
public record ModelChoice(Path folder, ComputeDevice device, ElementType type) {

    /**
     * The request's model; {@code auto} is decided by what this host has.
     *
     * @throws InvalidInputException if there is no such device
     */
    public static ModelChoice of(FineTuneRequest request) {
        ComputeDevice device = ComputeDevice.named(request.parameters().text(FineTuneParameter.DEVICE));
        ElementType type = switch (request.parameters().text(FineTuneParameter.PRECISION)) {
            case "fp32" -> ElementType.FLOAT32;
            case "bf16" -> ElementType.BFLOAT16;
            default -> automatic(device);
        };
        return new ModelChoice(request.modelFolder(), device, type);
    }

    /** A model where and as precise as {@code auto} makes it. */
    public static ModelChoice automatic(Path folder) {
        ComputeDevice device = ComputeDevice.named("auto");
        return new ModelChoice(folder, device, automatic(device));
    }

    private static ElementType automatic(ComputeDevice device) {
        return device.accelerator() ? ElementType.BFLOAT16 : ElementType.FLOAT32;
    }
}
