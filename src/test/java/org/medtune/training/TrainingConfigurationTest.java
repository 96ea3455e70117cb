package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;

class TrainingConfigurationTest {

    @ParameterizedTest
    @CsvSource({"0, 4, 60", "2, 0, 60", "2, 4, 0", "-1, 4, 60"})
    void countsBelowOneAreRefusedWithTheirNames(int microBatchSize, int accumulation, int steps) {
        assertThatThrownBy(() -> configuration(microBatchSize, accumulation, steps, 0))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000501: ")
                .hasMessageContaining("per.device.train.batch.size is " + microBatchSize)
                .hasMessageContaining("gradient.accumulation.steps is " + accumulation)
                .hasMessageContaining("max.steps is " + steps);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 61})
    void aWarmupThatDoesNotFitTheRunIsRefusedWithBothNumbers(int warmup) {
        assertThatThrownBy(() -> configuration(2, 4, 60, warmup))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000502: ")
                .hasMessageContaining("warmup.steps is " + warmup)
                .hasMessageContaining("60 optimizer steps");
    }

    @Test
    void aRunOfWarmupAloneIsAllowed() {
        assertThat(configuration(2, 4, 60, 60).rowsPerStep()).isEqualTo(8);
    }

    private static TrainingConfiguration configuration(int microBatchSize, int accumulation, int steps, int warmup) {
        return new TrainingConfiguration(microBatchSize, accumulation, steps, warmup, 2e-4, LearningRateSchedule.LINEAR,
                new TrainingConfiguration.Adam(0.9, 0.999, 1e-8, 0.01, MomentStorage.FLOAT32), 1.0, 3407,
                GradientCheckpointing.ON);
    }
}
