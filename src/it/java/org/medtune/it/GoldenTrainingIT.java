package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.medtune.adapter.AdapterFolder;
import org.medtune.adapter.LoraAdapter;
import org.medtune.evaluation.HeldOutLoss;
import org.medtune.model.CausalLanguageModel;
import org.medtune.tensor.ElementType;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.Golden;
import org.medtune.testing.GoldenRun;
import org.medtune.testing.GoldenRows;
import org.medtune.training.GradientCheckpointing;
import org.medtune.training.LoraTrainer;

/** The whole recorded run of Transformers and PEFT, step by step, with every activation kept and computed again. */
class GoldenTrainingIT {

    private static CausalLanguageModel model;

    @BeforeAll
    static void load() {
        model = EmbeddedModel.load(ElementType.FLOAT32);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @ParameterizedTest(name = "gradient checkpointing: {0}")
    @EnumSource(names = {"ON", "NONE"})
    void everyStepOfTheRecordedRunIsReproduced(GradientCheckpointing gradientCheckpointing) {
        // given
        JsonNode run = GoldenRun.recorded();
        List<int[]> heldOut = IntStream.range(72, 80).mapToObj(GoldenRows::tokenIds).toList();

        try (LoraAdapter adapter = GoldenRun.initialAdapter(model);
                LoraTrainer trainer = GoldenRun.trainer(model, adapter, gradientCheckpointing)) {
            // then
            assertThat(heldOutLoss(adapter, heldOut))
                    .isCloseTo(run.get("eval_nll_before").asDouble(), Percentage.withPercentage(1e-3));

            // when
            for (JsonNode expected : run.get("steps")) {
                // then
                GoldenRun.assertEqual(trainer.step(), expected);
            }

            // then
            assertThat(trainer.stepsDone()).isEqualTo(60);
            assertThat(heldOutLoss(adapter, heldOut))
                    .isCloseTo(run.get("eval_nll_after").asDouble(), Percentage.withPercentage(1e-3));
            try (LoraAdapter golden = AdapterFolder.open(Golden.FOLDER.resolve("lora-r16-final")).load(model)) {
                assertThat(relativeDistance(adapter, golden)).isLessThan(1e-4);
            }
        }
    }

    private static double heldOutLoss(LoraAdapter adapter, List<int[]> rows) {
        return HeldOutLoss.of(model, rows, adapter.active()).meanNegativeLogLikelihood();
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
