package org.medtune.ops;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.medtune.adapter.AdapterLayout;
import org.medtune.model.ModelConfiguration;
import org.medtune.model.ModelFolder;
import org.medtune.model.WeightMemory;
import org.medtune.tensor.ComputeDevice;
import org.medtune.training.CheckpointStore;
import org.medtune.training.GradientCheckpointing;
import org.medtune.training.TrainingConfiguration;
import org.medtune.training.TrainingMemory;

/**
 * Says what a run will take before it is started.
 *
 * @param home where models, datasets and earlier runs are
 */
public record RunEstimator(MedtuneHome home) {

    /** Operations a second of one processor core and of one accelerator that should be surpassed by any in use. */
    private static final double CORE_FLOOR = 10e9;
    private static final double ACCELERATOR_FLOOR = 20e12;

    /** Operations a parameter and token: forwards, and backwards to the inputs alone, since weights are frozen. */
    private static final int PASSES = 2 + 2;
    private static final int FORWARD_AGAIN = 2;

    /**
     * What a run with these parameters will take. Reads the first rows of its dataset, and no weights.
     *
     * @param texts by the names of {@link FineTuneParameter}; what is missing takes its default
     * @throws org.medtune.InvalidInputException listing everything that has to change
     */
    public RunEstimate estimate(Map<String, String> texts) {
        FineTuneRequest request = FineTuneRequest.of(home, texts);
        FineTuneParameters parameters = request.parameters();
        FineTuneRecipe recipe = new FineTuneRecipe(parameters);
        List<ModelChoice> choices = ModelChoice.replicas(request);
        ModelChoice choice = choices.get(0);
        ModelFolder folder = ModelFolder.open(request.modelFolder());
        RowSample rows = RowSample.of(request);

        int longest = parameters.integer(FineTuneParameter.MAX_SEQ_LENGTH);
        boolean packing = parameters.flag(FineTuneParameter.PACKING);
        double tokensPerSequence = packing ? Math.max(longest, rows.meanTokens()) : rows.meanTokens();
        long sequences = packing
                ? (long) Math.ceil(rows.trainingRows() * rows.meanTokens() / longest) : rows.trainingRows();
        TrainingConfiguration training = recipe.training((int) Math.min(sequences, Integer.MAX_VALUE));
        int perMicroBatch = parameters.integer(FineTuneParameter.PER_DEVICE_TRAIN_BATCH_SIZE);
        long tokensPerStep = Math.round(tokensPerSequence * training.rowsPerStep());

        OptionalDouble measured = new MeasuredSpeed(home).find(parameters, folder.fingerprint());
        double speed = measured.orElseGet(() ->
                floor(folder.configuration(), choices, training.gradientCheckpointing()));
        Bytes expected = bytes(folder.configuration(), recipe, choice, training,
                (long) perMicroBatch * (packing ? longest : rows.longestTokens()));
        Bytes most = bytes(folder.configuration(), recipe, choice, training, (long) perMicroBatch * longest);
        boolean accelerated = choice.device().accelerator();
        return new RunEstimate(choices.stream().map(c -> c.device().deviceName()).toList(), choice.precision(),
                choice.quantization().label(),
                memory(expected.device(), most.device(), leastFree(choices)),
                accelerated ? memory(expected.host() * choices.size(), most.host() * choices.size(),
                        ComputeDevice.CPU.availableBytes()) : null,
                rows.usable(), Math.round(rows.meanTokens()), training.maxSteps(), tokensPerStep, speed,
                measured.isPresent() ? RunEstimate.Speed.MEASURED : RunEstimate.Speed.FLOOR,
                (long) Math.ceil(training.maxSteps() * tokensPerStep / speed),
                CheckpointStore.bytes(new AdapterLayout(folder.configuration(), recipe.lora()).size(),
                        recipe.writtenParameters(folder.configuration()), recipe.moments()));
    }

    private record Bytes(long device, long host) {
    }

    private static Bytes bytes(ModelConfiguration model, FineTuneRecipe recipe, ModelChoice choice,
            TrainingConfiguration training, long tokens) {
        WeightMemory weights = WeightMemory.on(choice.device(), model, choice.type(), choice.quantization());
        TrainingMemory rest = TrainingMemory.of(model, recipe.lora(), choice.device(), choice.type(),
                choice.quantization(), training.gradientCheckpointing(), recipe.moments(), tokens);
        // what loading takes on top is given back before training begins
        long device = weights.resident() + Math.max(weights.loading(), rest.device());
        return new Bytes(device, weights.loading() + rest.host());
    }

    private static RunEstimate.Memory memory(long expected, long most, OptionalLong free) {
        return new RunEstimate.Memory(expected, most, free.isPresent() ? free.getAsLong() : null);
    }

    /** Each device has to take the same. */
    private static OptionalLong leastFree(List<ModelChoice> choices) {
        List<OptionalLong> free = choices.stream().map(choice -> choice.device().availableBytes()).toList();
        return free.stream().allMatch(OptionalLong::isPresent)
                ? free.stream().mapToLong(OptionalLong::getAsLong).min() : OptionalLong.empty();
    }

    private static double floor(ModelConfiguration model, List<ModelChoice> choices, GradientCheckpointing mode) {
        double device = choices.get(0).device().accelerator() ? ACCELERATOR_FLOOR * choices.size()
                : CORE_FLOOR * Runtime.getRuntime().availableProcessors();
        int passes = mode == GradientCheckpointing.NONE ? PASSES : PASSES + FORWARD_AGAIN;
        return device / passes / model.matrixParameters();
    }
}
