package org.medtune.ops;

import java.nio.file.Path;
import java.util.Optional;
import org.medtune.InvalidInputException;
import org.medtune.model.LoftQ;
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
 * @param loftQ how they are changed before; nothing for the model as it is
 */
public record ModelChoice(Path folder, ComputeDevice device, ElementType type, Quantization quantization,
                          Optional<LoftQ> loftQ) {

    /** The model as it is in its files. */
    public ModelChoice(Path folder, ComputeDevice device, ElementType type, Quantization quantization) {
        this(folder, device, type, quantization, Optional.empty());
    }

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
            default -> automaticType(device);
        };
        Quantization quantization = switch (request.parameters().text(FineTuneParameter.LOAD_IN_4BIT)) {
            case "true" -> Quantization.NF4;
            case "false" -> Quantization.NONE;
            default -> automaticQuantization(device);
        };
        return new ModelChoice(request.modelFolder(), device, type, quantization);
    }

    /** A model where and as precise as {@code auto} makes it. */
    public static ModelChoice automatic(Path folder) {
        ComputeDevice device = ComputeDevice.named("auto");
        return new ModelChoice(folder, device, automaticType(device), automaticQuantization(device));
    }

    /** The base on which an adapter trains that begins with LoftQ: the same one where that does not change it. */
    ModelChoice with(LoftQ begin) {
        return begin.changesBase() ? new ModelChoice(folder, device, type, quantization, Optional.of(begin)) : this;
    }

    private static ElementType automaticType(ComputeDevice device) {
        return device.accelerator() ? ElementType.BFLOAT16 : ElementType.FLOAT32;
    }

    private static Quantization automaticQuantization(ComputeDevice device) {
        return device.accelerator() ? Quantization.NF4 : Quantization.NONE;
    }
}
