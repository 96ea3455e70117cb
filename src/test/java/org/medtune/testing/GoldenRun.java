package org.medtune.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.medtune.adapter.AdapterFolder;
import org.medtune.adapter.LoraAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.training.GradientCheckpointing;
import org.medtune.training.LearningRateSchedule;
import org.medtune.training.LoraTrainer;
import org.medtune.training.MomentStorage;
import org.medtune.training.Packing;
import org.medtune.training.StepReport;
import org.medtune.training.TrainingConfiguration;

/** The training run that was recorded from Transformers and PEFT. */
public final class GoldenRun {

    private GoldenRun() {}

    /** The record. */
    public static JsonNode recorded() {
        return Golden.json("train").get(0);
    }

    /** The adapter before the first step; the caller closes it. */
    public static LoraAdapter initialAdapter(CausalLanguageModel model) {
        return AdapterFolder.open(Golden.FOLDER.resolve("lora-r16-init")).load(model);
    }

    /** A trainer over the recorded rows by the recorded recipe; the caller closes it. */
    public static LoraTrainer trainer(CausalLanguageModel model, LoraAdapter adapter, GradientCheckpointing gradientCheckpointing) {
        return trainer(model, adapter, gradientCheckpointing, MomentStorage.FLOAT32);
    }

    /** A trainer over the recorded rows by the recorded recipe on several devices; the caller closes it. */
    public static LoraTrainer trainer(List<CausalLanguageModel> models, LoraAdapter adapter) {
        return trainer(models, adapter, GradientCheckpointing.NONE, MomentStorage.FLOAT32);
    }

    /** A trainer over the recorded rows by the recorded recipe, but for the storage of moments. */
    public static LoraTrainer trainer(CausalLanguageModel model, LoraAdapter adapter,
            GradientCheckpointing gradientCheckpointing, MomentStorage moments) {
        return trainer(List.of(model), adapter, gradientCheckpointing, moments);
    }

    private static LoraTrainer trainer(List<CausalLanguageModel> models, LoraAdapter adapter,
            GradientCheckpointing gradientCheckpointing, MomentStorage moments) {
        TrainingConfiguration configuration = new TrainingConfiguration(2, 4, 60, 5, 2e-4, LearningRateSchedule.LINEAR,
                new TrainingConfiguration.Adam(0.9, 0.999, 1e-8, 0.01, moments), 1.0, 3407, gradientCheckpointing);
        return new LoraTrainer(models, adapter, configuration, GoldenRows::tokenIds, Packing.NONE,
                step -> Golden.ids(recorded().get("steps").get(step - 1).get("rows")));
    }

    /** Compares a step with the recorded one: the loss within 1e-5, the gradient norm within 1e-4, the rest exactly. */
    public static void assertEqual(StepReport report, JsonNode expected) {
        assertThat(report.loss()).as("loss of step %d", report.step())
                .isCloseTo(expected.get("loss").asDouble(), Percentage.withPercentage(1e-3));
        assertThat(report.gradientNorm()).as("gradient norm of step %d", report.step())
                .isCloseTo(expected.get("grad_norm").asDouble(), Percentage.withPercentage(1e-2));
        assertThat(report.learningRate()).isEqualTo(expected.get("lr").asDouble());
        assertThat(report.tokens()).isEqualTo(expected.get("tokens").asLong());
    }
}
