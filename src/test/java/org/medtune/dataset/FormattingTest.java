package org.medtune.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.medtune.dataset.TokenizedDatasetWriter.Position;
import org.medtune.model.Tokenizer;
import org.medtune.testing.Golden;

/** The parts of this room together, as the step that formats a dataset uses them. */
class FormattingTest {

    private static final Path SAMPLE = Path.of("data", "medical-reasoning-sample-zh.jsonl");

    private static Tokenizer tokenizer;

    @TempDir
    private Path folder;

    @BeforeAll
    static void openEmbeddedModel() {
        tokenizer = Tokenizer.open(Golden.MODEL);
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void theRowsOfTheRecordedRunHaveAsManyTokensToPredictAsRecorded() {
        // given: the recorded run trained on the first 72 rows and cut at 640 tokens
        JsonNode run = Golden.cases("train").get(0);
        try (ExampleReader reader = open(SAMPLE, new RowSelection(80, QuestionLanguage.ZH));
                TokenizedDatasetWriter writer = TokenizedDatasetWriter.open(folder, Position.START)) {
            format(reader, writer, new HeldOutSplit(0), Integer.MAX_VALUE);
            writer.finish();
        }

        // when
        TokenizedDataset dataset = TokenizedDataset.open(folder.resolve(TokenizedDatasetWriter.TOKENIZED_FILE));

        // then
        assertThat(dataset.trainingRows()).isEqualTo(80);
        assertThat(run.required("steps")).hasSize(60).allSatisfy(step ->
                assertThat(Arrays.stream(Golden.ids(step.required("rows")))
                                .map(row -> dataset.training(row).length - 1)
                                .sum())
                        .isEqualTo(step.required("tokens").intValue()));
    }

    @Test
    void aRunThatIsInterruptedAfterAnyChunkMakesTheSameFiles() throws IOException {
        // given: a dataset with rejected rows, and what an uninterrupted run makes of it
        List<String> lines = Files.readAllLines(SAMPLE).subList(0, 25);
        Path dataset = Files.write(folder.resolve("dataset.jsonl"), lines);
        Files.writeString(dataset, String.join("\r\n", lines.subList(0, 9)) + "\r\n{}\noops\n"
                + String.join("\n", lines.subList(9, 25)));
        RowSelection selection = new RowSelection(26, QuestionLanguage.ZH);
        HeldOutSplit split = new HeldOutSplit(0.25);
        Path whole = folder.resolve("whole");
        DatasetSummary expected;
        try (ExampleReader reader = open(dataset, selection);
                TokenizedDatasetWriter writer = TokenizedDatasetWriter.open(whole, Position.START)) {
            format(reader, writer, split, Integer.MAX_VALUE);
            expected = writer.finish();
        }
        assertThat(expected.rowsRead()).isEqualTo(26);
        assertThat(expected.rejected()).isEqualTo(2);
        assertThat(expected.heldOut()).isPositive();

        for (int chunk : List.of(1, 4, 11, 26)) {
            // when: every chunk has a new reader and a new writer
            Path pieces = folder.resolve("pieces" + chunk);
            long readPosition = 0;
            Position writePosition = Position.START;
            DatasetSummary summary = null;
            while (summary == null) {
                try (ExampleReader reader = open(dataset, selection);
                        TokenizedDatasetWriter writer = TokenizedDatasetWriter.open(pieces, writePosition)) {
                    reader.skipTo(readPosition);
                    if (format(reader, writer, split, chunk) < chunk) {
                        summary = writer.finish();
                    } else {
                        writePosition = writer.commit();
                        readPosition = reader.position();
                    }
                }
            }

            // then
            assertThat(summary).isEqualTo(expected);
            assertThat(List.of("tokenized.jsonl", "rejects.jsonl", "summary.json")).allSatisfy(name ->
                    assertThat(pieces.resolve(name)).hasSameBinaryContentAs(whole.resolve(name)));
        }
    }

    private static ExampleReader open(Path file, RowSelection selection) {
        return ExampleReader.open(file, FieldNames.DEFAULT, selection);
    }

    /** Formats at most so many rows, and returns how many there were. */
    private static int format(ExampleReader reader, TokenizedDatasetWriter writer, HeldOutSplit split, int most) {
        ExampleTokenizer examples = new ExampleTokenizer(
                tokenizer, PromptTemplate.named(PromptTemplate.DEFAULT_NAME), split, 640);
        int count = 0;
        while (count < most) {
            Optional<DatasetRow> next = reader.next();
            if (next.isEmpty()) {
                return count;
            }
            DatasetRow row = next.get();
            row.example().ifPresent(example -> writer.write(examples.tokenize(row.number(), example)));
            row.rejection().ifPresent(reason -> writer.reject(row.number(), reason));
            count++;
        }
        return count;
    }
}
