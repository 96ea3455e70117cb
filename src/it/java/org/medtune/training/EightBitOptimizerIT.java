package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.medtune.adapter.LoraAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.tensor.ElementType;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.GoldenRun;
import org.medtune.testing.WholeLength;

/** The recorded run of Transformers and PEFT, which took float32 moments, with moments of 8 bits. */
class EightBitOptimizerIT {

    private static final int STEPS = WholeLength.or(15, 60);

    @Test
    @DisplayName("every loss is within 1 % of the one with float32 moments")
    void lossCurve() {
        try (CausalLanguageModel model = EmbeddedModel.load(ElementType.FLOAT32);
                LoraAdapter adapter = GoldenRun.initialAdapter(model);
                LoraTrainer trainer = GoldenRun.trainer(model, adapter, GradientCheckpointing.NONE,
                        MomentStorage.EIGHT_BIT)) {
            for (int step = 0; step < STEPS; step++) {
                JsonNode expected = GoldenRun.recorded().get("steps").get(step);
                assertThat(trainer.step().loss()).as("loss of step %d", trainer.stepsDone())
                        .isCloseTo(expected.get("loss").asDouble(), Percentage.withPercentage(1));
            }
        }
    }
}
