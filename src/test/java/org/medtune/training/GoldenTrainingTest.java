package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.medtune.adapter.LoraAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.tensor.ElementType;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.GoldenRun;

/** The first steps of the recorded run of Transformers and PEFT; the integration test goes to its end. */
class GoldenTrainingTest {

    private static CausalLanguageModel model;

    @BeforeAll
    static void load() {
        model = EmbeddedModel.load(ElementType.FLOAT32);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void theFirstStepsOfTheRecordedRunAreReproducedWithAndWithoutGradientCheckpointing() {
        // given
        try (LoraAdapter with = GoldenRun.initialAdapter(model);
                LoraAdapter without = GoldenRun.initialAdapter(model);
                LoraTrainer checkpointing = GoldenRun.trainer(model, with, GradientCheckpointing.ON);
                LoraTrainer keeping = GoldenRun.trainer(model, without, GradientCheckpointing.NONE)) {
            for (int step = 0; step < 3; step++) {
                // when
                StepReport a = checkpointing.step();
                StepReport b = keeping.step();

                // then
                GoldenRun.assertEqual(b, GoldenRun.recorded().get("steps").get(step));
                assertThat(a.loss()).isEqualTo(b.loss());
                assertThat(a.gradientNorm()).isEqualTo(b.gradientNorm());
            }
            assertThat(with.parameters().toFloatArray()).isEqualTo(without.parameters().toFloatArray());
        }
    }
}
