package org.medtune.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.medtune.testing.TargetModel;

class WeightNamesTest {

    @Test
    void theTargetModelHasItsPublishedNumberOfParameters() {
        // when
        long parameters = WeightNames.shapes(TargetModel.CONFIGURATION).values().stream()
                .mapToLong(shape -> Arrays.stream(shape).reduce(1, (a, b) -> a * b))
                .sum();

        // then
        assertThat(parameters).isEqualTo(7_615_616_512L);
    }
}
