package org.medtune.ops;

import java.nio.file.Path;
import java.util.List;
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
     * The request's model, on the first of its devices; {@code auto} is decided by what this host has.
     *
     * @throws InvalidInputException if there is no such device
     */
    public static ModelChoice of(FineTuneRequest request) {
        return replicas(request).get(0);
    }

    /**
     * The request's model on each of its devices, everywhere the same.
     *
     * @throws InvalidInputException if there is no such device
     */
    public static List<ModelChoice> replicas(FineTuneRequest request) {
        List<ComputeDevice> devices = request.devices();
        ComputeDevice device = devices.get(0);
        ElementType type = switch (request.parameters().text(FineTuneParameter.PRECISION)) {
            case "fp32" -> ElementType.FLOAT32;
            case "bf16" -> ElementType.BFLOAT16;
            default -> automaticType(device);
        };
        Quantization quantization = switch (request.parameters().text(FineTuneParameter.LOAD_IN_4BIT)) {
            case "true" -> Quantization.NF4;
            case "false" -> Quantization.NONE;
            default -> automaticQuantization(device);
        };
        return devices.stream().map(d -> new ModelChoice(request.modelFolder(), d, type, quantization)).toList();
    }

    /** A model where and as precise as {@code auto} makes it. */
    public static ModelChoice automatic(Path folder) {
        ComputeDevice device = ComputeDevice.named("auto");
        return new ModelChoice(folder, device, automaticType(device), automaticQuantization(device));
    }

    private static ElementType automaticType(ComputeDevice device) {
        return device.accelerator() ? ElementType.BFLOAT16 : ElementType.FLOAT32;
    }

    private static Quantization automaticQuantization(ComputeDevice device) {
        return device.accelerator() ? Quantization.NF4 : Quantization.NONE;
    }
}
