package org.medtune.ops;

import java.nio.file.Path;
import org.medtune.InvalidInputException;
import org.medtune.model.Quantization;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;

/**
 * Which base model, where and how precise.
 *
 * @param folder Hugging Face model folder
 * @param device where it is
 * @param type   of its weights and activations
 * @param quantization how the matrices of its projections are held
 */
public record ModelChoice(Path folder, ComputeDevice device, ElementType type, Quantization quantization) {

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
            default -> device.accelerator() ? ElementType.BFLOAT16 : ElementType.FLOAT32;
        };
        boolean quantized = switch (request.parameters().text(FineTuneParameter.LOAD_IN_4BIT)) {
            case "true" -> true;
            case "false" -> false;
            default -> device.accelerator();
        };
        return new ModelChoice(request.modelFolder(), device, type, quantized ? Quantization.NF4 : Quantization.NONE);
    }
}
