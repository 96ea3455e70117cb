package org.medtune.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.medtune.dataset.DatasetFigures.LengthRange;
import org.medtune.dataset.DatasetFigures.RejectReason;

class DatasetFiguresTest {

    @TempDir
    private Path folder;

    @Test
    void countsRowsByLengthAndRejectsByReason() {
        // given: rows of 10 to 52 ids, one each, and one more of 52; 43 lengths in ranges of 3
        try (TokenizedDatasetWriter writer =
                TokenizedDatasetWriter.open(folder, TokenizedDatasetWriter.Position.START)) {
            IntStream.rangeClosed(10, 52).forEach(length -> writer.write(example(length, length)));
            writer.write(example(60, 52));
            writer.reject(100, "The field 'Question' is missing.");
            LongStream.rangeClosed(101, 115).forEach(row -> writer.reject(row, "The field 'Response' is empty."));
            writer.finish();
        }

        // when
        DatasetFigures figures = DatasetFigures.measure(folder).orElseThrow();

        // then
        assertThat(figures.summary().accepted()).isEqualTo(44);
        assertThat(figures.summary().rejected()).isEqualTo(16);
        assertThat(figures.summary().longest()).isEqualTo(52);
        assertThat(figures.rejects()).containsExactly(
                new RejectReason("The field 'Response' is empty.", 15,
                        LongStream.rangeClosed(101, 110).boxed().toList()),
                new RejectReason("The field 'Question' is missing.", 1, List.of(100L)));
        assertThat(figures.lengths()).hasSize(15).startsWith(new LengthRange(10, 12, 3)).endsWith(
                new LengthRange(49, 51, 3), new LengthRange(52, 54, 2));
        assertThat(figures.lengths().stream().mapToLong(LengthRange::rows).sum()).isEqualTo(44);
    }

    @Test
    void rowsOfOneLengthAreOneRange() {
        // given
        try (TokenizedDatasetWriter writer =
                TokenizedDatasetWriter.open(folder, TokenizedDatasetWriter.Position.START)) {
            writer.write(example(1, 5));
            writer.finish();
        }

        // then
        assertThat(DatasetFigures.measure(folder).orElseThrow().lengths()).containsExactly(new LengthRange(5, 5, 1));
        assertThat(DatasetFigures.measure(folder).orElseThrow().rejects()).isEmpty();
    }

    @Test
    void aDatasetThatIsStillBeingFormattedHasNoFigures() {
        try (TokenizedDatasetWriter writer =
                TokenizedDatasetWriter.open(folder, TokenizedDatasetWriter.Position.START)) {
            writer.write(example(1, 5));
            writer.commit();

            assertThat(DatasetFigures.measure(folder)).isEmpty();
        }
    }

    private static TokenizedExample example(long row, int length) {
        return new TokenizedExample(row, new int[length], false, null);
    }
}
