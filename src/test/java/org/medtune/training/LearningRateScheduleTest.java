package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.medtune.testing.Golden;

/** Learning rates against Transformers' own and against its formulas. */
class LearningRateScheduleTest {

    @Test
    void theLinearScheduleIsThatOfTheRecordedRun() {
        // given
        double[] recorded = StreamSupport.stream(Golden.json("train").get(0).get("steps").spliterator(), false)
                .mapToDouble(step -> step.get("lr").asDouble())
                .toArray();

        // then
        assertThat(recorded).hasSize(60);
        for (int step = 0; step < recorded.length; step++) {
            assertThat(2e-4 * LearningRateSchedule.LINEAR.factor(step, 5, 60)).as("step %d", step + 1)
                    .isEqualTo(recorded[step]);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // max(0, 0.5 (1 + cos(pi * 2 * 0.5 * progress))), progress = (step - warm-up) / (total - warm-up)
        "0, 0",                    // warm-up: 0 / 2
        "1, 0.5",                  // warm-up: 1 / 2
        "2, 1",                    // progress 0
        "4, 0.8535533905932737",   // progress 1/4: (1 + 1/sqrt(2)) / 2
        "6, 0.5",                  // progress 1/2: cos(pi / 2) = 0
        "8, 0.14644660940672627",  // progress 3/4: (1 - 1/sqrt(2)) / 2
        "9, 0.03806023374435663",  // progress 7/8: (1 - sqrt(2 + sqrt(2)) / 2) / 2
        "10, 0"                    // progress 1
    })
    void theCosineScheduleIsThatOfTransformers(int stepsDone, double expected) {
        assertThat(LearningRateSchedule.COSINE.factor(stepsDone, 2, 10)).isCloseTo(expected, within(1e-15));
    }

    @ParameterizedTest
    @CsvSource({
        // step / warm-up, then 1
        "0, 0", "1, 0.25", "2, 0.5", "3, 0.75", "4, 1", "5, 1", "9, 1", "10, 1"
    })
    void theConstantScheduleIsThatOfTransformers(int stepsDone, double expected) {
        assertThat(LearningRateSchedule.CONSTANT.factor(stepsDone, 4, 10)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void withoutWarmupTheFirstStepHasThePeak(LearningRateSchedule schedule) {
        assertThat(schedule.factor(0, 0, 10)).isEqualTo(1.0);
    }

    @ParameterizedTest
    @EnumSource
    void aRunOfWarmupAloneRisesTowardsThePeak(LearningRateSchedule schedule) {
        assertThat(schedule.factor(3, 4, 4)).isEqualTo(0.75);
    }

    @ParameterizedTest
    @EnumSource
    void aScheduleIsFoundByItsParameterName(LearningRateSchedule schedule) {
        assertThat(LearningRateSchedule.named(schedule.parameterName())).contains(schedule);
    }

    @Test
    void anUnknownNameIsNoSchedule() {
        assertThat(LearningRateSchedule.named("polynomial")).isEmpty();
    }
}
