package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowOrderTest {

    @ParameterizedTest
    @CsvSource({"12, 4", "10, 4", "7, 3", "3, 8", "1, 2", "500, 8"})
    void everyEpochTakesEveryRowOnce(int rows, int rowsPerStep) {
        // given: steps enough for four epochs, also where they run on across the ends of epochs
        RowOrder order = RowOrder.shuffled(rows, rowsPerStep, 3407);
        int steps = (4 * rows + rowsPerStep - 1) / rowsPerStep;

        // when
        int[] taken = IntStream.rangeClosed(1, steps).flatMap(step -> Arrays.stream(order.rows(step))).toArray();

        // then
        for (int epoch = 0; epoch < 4; epoch++) {
            assertThat(Arrays.stream(taken, epoch * rows, (epoch + 1) * rows).sorted().toArray())
                    .isEqualTo(IntStream.range(0, rows).toArray());
        }
    }

    @Test
    void epochsDiffer() {
        // given
        RowOrder order = RowOrder.shuffled(100, 100, 3407);

        // then
        assertThat(order.rows(1)).isNotEqualTo(order.rows(2));
        assertThat(order.rows(2)).isNotEqualTo(order.rows(3));
        assertThat(order.rows(1)).isNotEqualTo(IntStream.range(0, 100).toArray());
    }

    @Test
    void seedsGiveDifferentOrders() {
        assertThat(RowOrder.shuffled(100, 100, 1).rows(1)).isNotEqualTo(RowOrder.shuffled(100, 100, 2).rows(1));
    }

    @Test
    void theRowsOfAStepDoNotDependOnWhatWasAskedBefore() {
        // given
        RowOrder asked = RowOrder.shuffled(10, 4, 3407);
        IntStream.rangeClosed(1, 40).forEach(asked::rows);

        // then
        for (int step = 40; step > 0; step--) {
            assertThat(asked.rows(step)).isEqualTo(RowOrder.shuffled(10, 4, 3407).rows(step));
        }
    }

    @Test
    void everyRowComesFirstAboutEquallyOften() {
        // given: an order whose first place were not uniform would favour rows
        int rows = 5;
        int[] counts = new int[rows];

        // when
        for (long seed = 0; seed < 10_000; seed++) {
            counts[RowOrder.shuffled(rows, 1, seed).rows(1)[0]]++;
        }

        // then: five standard deviations of a count of 10,000 draws at 1/5 are 200
        assertThat(Arrays.stream(counts).boxed()).allSatisfy(count -> assertThat(count).isBetween(1800, 2200));
    }
}
