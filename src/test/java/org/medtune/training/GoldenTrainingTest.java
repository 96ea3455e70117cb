package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.medtune.adapter.AdapterFolder;
import org.medtune.adapter.LoraAdapter;
import org.medtune.evaluation.HeldOutLoss;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.ModelFolder;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.testing.Golden;
import org.medtune.testing.GoldenRows;

/** The recorded run of Transformers and PEFT, step by step. */
class GoldenTrainingTest {

    private static final JsonNode RUN = Golden.json("train").get(0);
    private static final Path INITIAL = Golden.FOLDER.resolve("lora-r16-init");
    private static final Path FINAL = Golden.FOLDER.resolve("lora-r16-final");

    private static CausalLanguageModel model;

    @BeforeAll
    static void load() {
        model = CausalLanguageModel.load(ModelFolder.open(Golden.MODEL), ComputeDevice.CPU, ElementType.FLOAT32);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void everyStepOfTheRecordedRunIsReproduced() {
        // given
        JsonNode steps = RUN.get("steps");
        List<int[]> heldOut = IntStream.range(72, 80).mapToObj(GoldenRows::tokenIds).toList();

        try (LoraAdapter adapter = AdapterFolder.open(INITIAL).load(model);
                LoraTrainer trainer = trainer(adapter, false)) {
            // then
            assertThat(heldOutLoss(adapter, heldOut))
                    .isCloseTo(RUN.get("eval_nll_before").asDouble(), Percentage.withPercentage(1e-3));

            // when
            for (JsonNode expected : steps) {
                StepReport report = trainer.step();

                // then
                assertThat(report.loss()).as("loss of step %d", report.step())
                        .isCloseTo(expected.get("loss").asDouble(), Percentage.withPercentage(1e-3));
                assertThat(report.gradientNorm()).as("gradient norm of step %d", report.step())
                        .isCloseTo(expected.get("grad_norm").asDouble(), Percentage.withPercentage(1e-2));
                assertThat(report.learningRate()).isEqualTo(expected.get("lr").asDouble());
                assertThat(report.tokens()).isEqualTo(expected.get("tokens").asLong());
            }

            // then
            assertThat(heldOutLoss(adapter, heldOut))
                    .isCloseTo(RUN.get("eval_nll_after").asDouble(), Percentage.withPercentage(1e-3));
            try (LoraAdapter golden = AdapterFolder.open(FINAL).load(model)) {
                assertThat(relativeDistance(adapter, golden)).isLessThan(1e-4);
            }
        }
    }

    @Test
    void gradientCheckpointingChangesNothing() {
        try (LoraAdapter with = AdapterFolder.open(INITIAL).load(model);
                LoraAdapter without = AdapterFolder.open(INITIAL).load(model);
                LoraTrainer checkpointing = trainer(with, true);
                LoraTrainer keeping = trainer(without, false)) {
            for (int step = 0; step < 3; step++) {
                // when
                StepReport a = checkpointing.step();
                StepReport b = keeping.step();

                // then
                assertThat(a.loss()).isEqualTo(b.loss());
                assertThat(a.gradientNorm()).isEqualTo(b.gradientNorm());
            }
            assertThat(with.parameters().toFloatArray()).isEqualTo(without.parameters().toFloatArray());
        }
    }

    private static double heldOutLoss(LoraAdapter adapter, List<int[]> rows) {
        return HeldOutLoss.of(model, rows, adapter.active()).meanNegativeLogLikelihood();
    }

    private static LoraTrainer trainer(LoraAdapter adapter, boolean checkpointing) {
        TrainingConfiguration configuration = new TrainingConfiguration(2, 4, 60, 5, 2e-4, LearningRateSchedule.LINEAR,
                new TrainingConfiguration.Adam(0.9, 0.999, 1e-8, 0.01), 1.0, 3407, checkpointing);
        return new LoraTrainer(model, adapter, configuration, GoldenRows::tokenIds,
                step -> Golden.ids(RUN.get("steps").get(step - 1).get("rows")));
    }

    private static double relativeDistance(LoraAdapter a, LoraAdapter b) {
        float[] x = a.parameters().toFloatArray();
        float[] y = b.parameters().toFloatArray();
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < x.length; i++) {
            difference += Math.pow(x[i] - y[i], 2);
            norm += Math.pow(y[i], 2);
        }
        return Math.sqrt(difference / norm);
    }
}
