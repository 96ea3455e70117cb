package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LossCurvesTest {

    private static StepMetrics step(int step, double loss, boolean skipped) {
        return new StepMetrics(step, 100, loss, 1e-4, 1, 10, 10, 1, 1, skipped);
    }

    private static List<StepMetrics> steps(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> step(i, i, false)).toList();
    }

    @Test
    void fewStepsAreAllShown() {
        LossCurves curves = LossCurves.of(List.of(steps(3), steps(2)), 200);

        assertThat(curves.width()).isEqualTo(1);
        assertThat(curves.steps()).containsExactly(1, 2, 3);
        assertThat(curves.losses()).containsExactly(List.of(1.0, 2.0, 3.0), Arrays.asList(1.0, 2.0, null));
    }

    @Test
    void manyStepsBecomeMeansAtTheSameSteps() {
        // 10 steps in at most 4 points: intervals of 3, the last one with step 10 alone
        LossCurves curves = LossCurves.of(List.of(steps(10), steps(5)), 4);

        assertThat(curves.width()).isEqualTo(3);
        assertThat(curves.steps()).containsExactly(3, 6, 9, 10);
        assertThat(curves.losses().get(0)).containsExactly(2.0, 5.0, 8.0, 10.0);
        assertThat(curves.losses().get(1)).containsExactly(2.0, 4.5, null, null);
    }

    @Test
    void stepsThatChangedNothingDoNotCount() {
        LossCurves curves = LossCurves.of(
                List.of(List.of(step(1, 3, false), step(2, 900, true), step(3, Double.NaN, false))), 1);

        assertThat(curves.losses()).containsExactly(List.of(3.0));
    }

    @Test
    void runsWithoutStepsHaveNoCurves() {
        assertThat(LossCurves.of(List.of(List.of(), List.of()), 10))
                .isEqualTo(new LossCurves(1, List.of(), List.of(List.of(), List.of())));
    }
}
