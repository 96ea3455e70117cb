package org.medtune.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.medtune.adapter.AdapterFolder;
import org.medtune.adapter.LoraAdapter;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.TensorScope;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.Golden;
import org.medtune.testing.GoldenRows;

/** The model in bfloat16 against itself in float32. */
class Bfloat16Test {

    /**
     * A bfloat16 number has 8 significant bits, so each rounding errs by up to 2^-9 = 0.2 %. Over six layers the errors
     * of the residual stream add up to 0.3-0.75 % of the logits by norm, as measured; twice that is allowed, and twice
     * the largest single error that was measured, 0.14 on logits of 2.5 by root mean square.
     */
    private static final double RELATIVE = 0.015;
    private static final double LARGEST = 0.3;

    /** Below this the "bfloat16" model would have computed in float32. */
    private static final double ROUNDED_AT_ALL = 1e-3;

    private static CausalLanguageModel half;
    private static CausalLanguageModel full;

    @BeforeAll
    static void load() {
        half = EmbeddedModel.load(ElementType.BFLOAT16);
        full = EmbeddedModel.load(ElementType.FLOAT32);
    }

    @AfterAll
    static void close() {
        half.close();
        full.close();
    }

    @Test
    void logitsAreThoseOfFloat32ButForRounding() {
        for (JsonNode golden : Golden.json("forward")) {
            // given
            int[] ids = Golden.ids(golden.get("ids"));

            // when
            float[] rounded = logits(half, ids);
            float[] exact = logits(full, ids);

            // then
            double squares = 0;
            double differences = 0;
            double largest = 0;
            for (int i = 0; i < exact.length; i++) {
                squares += (double) exact[i] * exact[i];
                differences += Math.pow(rounded[i] - exact[i], 2);
                largest = Math.max(largest, Math.abs(rounded[i] - exact[i]));
            }
            assertThat(Math.sqrt(differences / squares)).isBetween(ROUNDED_AT_ALL, RELATIVE);
            assertThat(largest).isLessThan(LARGEST);
        }
    }

    @Test
    void theLossOfARecordedStepIsWithinOnePercent() {
        // given
        JsonNode step = Golden.json("train").get(0).get("steps").get(0);
        List<int[]> rows = Arrays.stream(Golden.ids(step.get("rows"))).mapToObj(GoldenRows::tokenIds).toList();
        long tokens = step.get("tokens").asLong();

        try (LoraAdapter adapter = AdapterFolder.open(Golden.FOLDER.resolve("lora-r16-init")).load(half)) {
            // when
            double loss = half.negativeLogLikelihood(rows, adapter.active()) / tokens;

            // then
            assertThat(loss).isCloseTo(step.get("loss").asDouble(), Percentage.withPercentage(1));
        }
    }

    private static float[] logits(CausalLanguageModel model, int[] ids) {
        try (TensorScope scope = model.newScope()) {
            return model.logits(scope, ids, model.noAdapter()).toFloatArray();
        }
    }
}
