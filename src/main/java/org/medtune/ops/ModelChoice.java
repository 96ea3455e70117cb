package org.medtune.ops;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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

    private static final Map<String, ElementType> PRECISIONS =
            Map.of("fp32", ElementType.FLOAT32, "bf16", ElementType.BFLOAT16, "fp16", ElementType.FLOAT16);

    /** The model as it is in its files. */
    public ModelChoice(Path folder, ComputeDevice device, ElementType type, Quantization quantization) {
        this(folder, device, type, quantization, Optional.empty());
    }

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
        String precision = request.parameters().text(FineTuneParameter.PRECISION);
        ElementType type = PRECISIONS.containsKey(precision) ? PRECISIONS.get(precision) : automaticType(devices);
        Quantization quantization = switch (request.parameters().text(FineTuneParameter.LOAD_IN_4BIT)) {
            case "true" -> Quantization.NF4;
            case "false" -> Quantization.NONE;
            default -> automaticQuantization(devices.get(0));
        };
        return devices.stream().map(d -> new ModelChoice(request.modelFolder(), d, type, quantization)).toList();
    }

    /** A model on each of some devices, as precise as {@code auto} makes it. */
    public static List<ModelChoice> automatic(Path folder, List<ComputeDevice> devices) {
        ElementType type = automaticType(devices);
        Quantization quantization = automaticQuantization(devices.get(0));
        return devices.stream().map(device -> new ModelChoice(folder, device, type, quantization)).toList();
    }

    /** The base on which an adapter trains that begins with LoftQ: the same one where that does not change it. */
    ModelChoice with(LoftQ begin) {
        return begin.changesBase() ? new ModelChoice(folder, device, type, quantization, Optional.of(begin)) : this;
    }

    /** Device, type and quantisation, for people. */
    String description() {
        return device.description() + ", " + precision()
                + (quantization == Quantization.NONE ? "" : ", " + quantization.label());
    }

    /** The value of the parameter {@code precision} that stands for the type. */
    String precision() {
        return PRECISIONS.entrySet().stream().filter(entry -> entry.getValue() == type).findFirst().orElseThrow()
                .getKey();
    }

    /** The same on all devices, as the tutorial has it: bfloat16 where it is supported, else float16. */
    private static ElementType automaticType(List<ComputeDevice> devices) {
        if (!devices.get(0).accelerator()) {
            return ElementType.FLOAT32;
        }
        return devices.stream().allMatch(ComputeDevice::computesBfloat16) ? ElementType.BFLOAT16 : ElementType.FLOAT16;
    }

    private static Quantization automaticQuantization(ComputeDevice device) {
        return device.accelerator() ? Quantization.NF4 : Quantization.NONE;
    }
}
