package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.medtune.adapter.AdapterFolder;
import org.medtune.adapter.LoraAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.tensor.ElementType;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.Golden;
import org.medtune.testing.GoldenRun;
import org.medtune.testing.GoldenRows;
import org.medtune.testing.WholeLength;

/** The recorded run of Transformers and PEFT, step by step to its end, and what came of it. */
class GoldenTrainingIT {

    private static final int STEPS = 60;
    /** Steps where a whole run would show no more; the third is the first that has changed weights. */
    private static final int FIRST_STEPS = WholeLength.or(3, 5);

    private static CausalLanguageModel model;

    @BeforeAll
    static void load() {
        model = EmbeddedModel.load(ElementType.FLOAT32);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    /** Without gradient checkpointing, which takes a third more time and gives the same steps to the last bit. */
    @Test
    void theRecordedRunIsReproduced() {
        // given
        JsonNode run = GoldenRun.recorded();
        List<int[]> heldOut = IntStream.range(72, 80).mapToObj(GoldenRows::tokenIds).toList();

        try (LoraAdapter adapter = GoldenRun.initialAdapter(model);
                LoraTrainer trainer = GoldenRun.trainer(model, adapter, GradientCheckpointing.NONE)) {
            // then
            assertThat(heldOutLoss(adapter, heldOut))
                    .isCloseTo(run.get("eval_nll_before").asDouble(), Percentage.withPercentage(1e-3));

            // when
            for (int step = 0; step < STEPS; step++) {
                // then
                GoldenRun.assertEqual(trainer.step(), run.get("steps").get(step));
            }

            // then
            assertThat(run.get("steps")).hasSize(trainer.stepsDone());
            assertThat(heldOutLoss(adapter, heldOut))
                    .isCloseTo(run.get("eval_nll_after").asDouble(), Percentage.withPercentage(1e-3));
            try (LoraAdapter golden = AdapterFolder.open(Golden.FOLDER.resolve("lora-r16-final")).load(model)) {
                assertThat(relativeDistance(adapter, golden)).isLessThan(1e-4);
            }
        }
    }

    @Test
    void severalDevicesReproduceTheFirstStepsOfTheRecordedRun() {
        // given: the processor stands for three of them, which share four micro-batches
        try (LoraAdapter adapter = GoldenRun.initialAdapter(model);
                LoraTrainer trainer = GoldenRun.trainer(Collections.nCopies(3, model), adapter)) {
            for (int step = 0; step < FIRST_STEPS; step++) {
                // then
                GoldenRun.assertEqual(trainer.step(), GoldenRun.recorded().get("steps").get(step));
            }
        }
    }

    @Test
    void float16ReproducesTheFirstStepsOfTheRecordedRunWithinItsRounding() {
        // given
        try (CausalLanguageModel half = EmbeddedModel.load(ElementType.FLOAT16);
                LoraAdapter adapter = GoldenRun.initialAdapter(half);
                LoraTrainer trainer = GoldenRun.trainer(half, adapter, GradientCheckpointing.NONE)) {
            for (int step = 0; step < FIRST_STEPS; step++) {
                // when
                StepReport report = trainer.step();

                // then: a number has 11 significant bits, so each rounding errs by up to 0.05 %. In the first step the
                // loss differs by 0.001 %, since over thousands of tokens that averages out; later AdamW, which takes
                // steps of one size for small gradients too, has carried it on
                JsonNode recorded = GoldenRun.recorded().get("steps").get(step);
                assertThat(report.loss()).isCloseTo(recorded.get("loss").asDouble(), Percentage.withPercentage(0.1));
                assertThat(report.gradientNorm())
                        .isCloseTo(recorded.get("grad_norm").asDouble(), Percentage.withPercentage(0.5));
                assertThat(report.skipped()).isFalse();
            }
        }
    }

    private static double heldOutLoss(LoraAdapter adapter, List<int[]> rows) {
        int tokens = rows.stream().mapToInt(row -> row.length - 1).sum();
        return model.negativeLogLikelihood(rows, adapter.active()) / tokens;
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
