package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.medtune.tensor.PytorchLossScale;

@DisplayName("The scale of a loss in float16")
class LossScalerTest {

    @Test
    @DisplayName("is that of PyTorch after every step")
    void followsPytorch() {
        // given: overflows rare enough for the scale to grow in between
        LossScaler scaler = new LossScaler();
        SplittableRandom random = new SplittableRandom(3407);
        int changes = 0;
        try (PytorchLossScale reference = new PytorchLossScale((float) LossScaler.INITIAL, 0)) {
            for (int step = 0; step < 30_000; step++) {
                double before = scaler.scale();
                boolean overflow = random.nextInt(3000) == 0;

                // when
                scaler.update(overflow);

                // then
                assertThat(scaler.scale()).isEqualTo(reference.update(overflow, LossScaler.GROWTH, LossScaler.BACKOFF,
                        LossScaler.GROWTH_INTERVAL));
                changes += scaler.scale() == before ? 0 : 1;
            }
        }
        assertThat(changes).isGreaterThan(10);
    }

    @Test
    @DisplayName("does not grow beyond float32's numbers")
    void staysFinite() {
        // given
        double largest = Math.pow(2, 127);
        LossScaler scaler = new LossScaler();
        scaler.restore(new LossScaler.State(largest, LossScaler.GROWTH_INTERVAL - 1));
        try (PytorchLossScale reference = new PytorchLossScale((float) largest, LossScaler.GROWTH_INTERVAL - 1)) {
            // when
            scaler.update(false);

            // then
            assertThat(scaler.scale()).isEqualTo(largest).isEqualTo(
                    reference.update(false, LossScaler.GROWTH, LossScaler.BACKOFF, LossScaler.GROWTH_INTERVAL));
        }
    }

    @Test
    @DisplayName("is halved by an overflow and doubled by 2,000 good steps in a row, as the documentation has it")
    void documented() {
        LossScaler scaler = new LossScaler();
        assertThat(scaler.scale()).isEqualTo(65536);

        scaler.update(true);
        assertThat(scaler.scale()).isEqualTo(32768);

        for (int step = 0; step < 1999; step++) {
            scaler.update(false);
        }
        assertThat(scaler.scale()).isEqualTo(32768);
        scaler.update(false);
        assertThat(scaler.state()).isEqualTo(new LossScaler.State(65536, 0));
    }

    @Test
    @DisplayName("is exhausted when the next overflow would take it below 1")
    void exhaustion() {
        // given
        LossScaler scaler = new LossScaler();
        int overflows = 0;

        // when
        while (!scaler.exhausted()) {
            scaler.update(true);
            overflows++;
        }

        // then
        assertThat(overflows).isEqualTo(16);
        assertThat(scaler.scale()).isEqualTo(1);
    }
}
