package org.medtune.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;
import org.medtune.RecoverableException;
import org.medtune.dataset.TokenizedDatasetWriter.Position;

class TokenizedDatasetTest {

    private static final int ROWS = 30;
    private static final List<String> FILES = List.of(
            TokenizedDatasetWriter.TOKENIZED_FILE,
            TokenizedDatasetWriter.REJECTS_FILE,
            TokenizedDatasetWriter.SUMMARY_FILE);

    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenIsRead() throws Exception {
        // given
        Path file = writeAll(folder);

        // when
        TokenizedDataset dataset = TokenizedDataset.open(file);

        // then
        assertThat(dataset.trainingRows()).isEqualTo(20);
        assertThat(IntStream.range(0, dataset.trainingRows()).mapToObj(dataset::training))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, ROWS)
                        .filter(row -> !rejected(row) && !heldOut(row))
                        .mapToObj(row -> example(row).inputIds())
                        .toList());
        assertThat(dataset.heldOut())
                .containsExactly(example(5), example(15), example(20), example(25));
        assertThat(dataset.fingerprint()).isEqualTo(HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file))));
    }

    @Test
    void theFilesAreJson() throws IOException {
        // when
        writeAll(folder);

        // then
        assertThat(lines(TokenizedDatasetWriter.TOKENIZED_FILE))
                .startsWith("{\"row\":1,\"input_ids\":[8188,1,2],\"truncated\":false}")
                .contains("{\"row\":5,\"input_ids\":[8188,1,2,3,4,5,6],\"truncated\":false,\"reference\":"
                        + "{\"question\":\"问题 5 👩‍⚕️\",\"response\":\"\\\"r\\\"\\n\"}}");
        assertThat(lines(TokenizedDatasetWriter.REJECTS_FILE))
                .startsWith("{\"row\":4,\"reason\":\"The field 'Question' is missing.\"}")
                .hasSize(6);
        assertThat(lines(TokenizedDatasetWriter.SUMMARY_FILE))
                .containsExactly("{\"accepted\":24,\"held_out\":4,\"rejected\":6,\"truncated\":3,\"tokens\":421,"
                        + "\"longest\":32,\"rows_read\":30}");
    }

    @Test
    void finishReturnsTheSummary() {
        try (TokenizedDatasetWriter writer = TokenizedDatasetWriter.open(folder, Position.START)) {
            writer.write(new TokenizedExample(1, new int[] {1, 2, 3}, true, null));
            writer.write(new TokenizedExample(2, new int[] {1, 2}, false, new HeldOutReference("q", "r")));
            writer.reject(3, "no");

            DatasetSummary summary = writer.finish();

            assertThat(summary).isEqualTo(new DatasetSummary(2, 1, 1, 1, 5, 3));
            assertThat(summary.rowsRead()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, 7, 12, 29, 30})
    void aResumedWriterMakesTheSameFiles(int committed) throws Exception {
        // given: what an uninterrupted run writes
        Path whole = folder.resolve("whole");
        writeAll(whole);

        for (int lost : List.of(0, 1, ROWS - committed)) {
            // when: a run commits, goes on, dies, and is taken up again
            Path resumed = folder.resolve("resumed" + lost);
            Position position;
            try (TokenizedDatasetWriter writer = TokenizedDatasetWriter.open(resumed, Position.START)) {
                writeRows(writer, 1, committed);
                position = throughTheJobRepository(writer.commit());
                writeRows(writer, committed + 1, Math.min(ROWS, committed + lost));
                writer.commit();
            }
            Files.writeString(resumed.resolve(TokenizedDatasetWriter.TOKENIZED_FILE),
                    "{\"row\":99,\"input_ids\":[8188,", StandardOpenOption.APPEND);
            Files.writeString(resumed.resolve(TokenizedDatasetWriter.REJECTS_FILE),
                    "{\"row\":9", StandardOpenOption.APPEND);
            try (TokenizedDatasetWriter writer = TokenizedDatasetWriter.open(resumed, position)) {
                writeRows(writer, committed + 1, ROWS);
                writer.finish();
            }

            // then
            assertThat(FILES).allSatisfy(name ->
                    assertThat(resumed.resolve(name)).hasSameBinaryContentAs(whole.resolve(name)));
        }
    }

    @Test
    void whatWasNotCommittedIsNotInTheWay() throws Exception {
        // given: a run that died before its first commit
        Path other = folder.resolve("other");
        writeAll(other);
        try (TokenizedDatasetWriter writer = TokenizedDatasetWriter.open(folder, Position.START)) {
            writeRows(writer, 1, ROWS);
        }

        // when
        writeAll(folder);

        // then
        assertThat(FILES).allSatisfy(name ->
                assertThat(folder.resolve(name)).hasSameBinaryContentAs(other.resolve(name)));
    }

    @Test
    void aSummaryStandsForAFinishedDatasetOnly() throws IOException {
        writeAll(folder);

        TokenizedDatasetWriter.open(folder, Position.START).close();

        assertThat(folder.resolve(TokenizedDatasetWriter.SUMMARY_FILE)).doesNotExist();
    }

    @Test
    void aFileThatLostItsEndCannotBeGoneOnWith() throws IOException {
        // given
        Position position;
        try (TokenizedDatasetWriter writer = TokenizedDatasetWriter.open(folder, Position.START)) {
            writeRows(writer, 1, 10);
            position = writer.commit();
        }
        Path file = folder.resolve(TokenizedDatasetWriter.TOKENIZED_FILE);
        Files.writeString(file, "");

        // when / then
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> TokenizedDatasetWriter.open(folder, position).close())
                .withMessageStartingWith("MEDTUNE000442: The file " + file + " has 0 bytes, but "
                        + position.tokenizedBytes() + " had been written");
    }

    @Test
    void aFolderThatCannotBeMadeIsRefused() throws IOException {
        Path blocked = Files.writeString(folder.resolve("file"), "").resolve("folder");

        assertThatExceptionOfType(RecoverableException.class)
                .isThrownBy(() -> TokenizedDatasetWriter.open(blocked, Position.START).close())
                .withMessageStartingWith("MEDTUNE000440: The folder " + blocked + " cannot be written to");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "",
        "null",
        "{}",
        "{\"row\":1,\"input_ids\":[1,2],\"truncated\":false",
        "{\"row\":1,\"input_ids\":[1,2],\"truncated\":false}{}",
        "{\"row\":1,\"input_ids\":[1],\"truncated\":false}",
        "{\"row\":1,\"input_ids\":[1,-2],\"truncated\":false}",
        "{\"row\":1,\"input_ids\":[1,2.5],\"truncated\":false}",
        "{\"row\":1,\"input_ids\":[1,\"2\"],\"truncated\":false}",
        "{\"row\":1,\"input_ids\":[1,4294967297],\"truncated\":false}",
        "{\"row\":0,\"input_ids\":[1,2],\"truncated\":false}",
        "{\"row\":1,\"truncated\":false}",
        "{\"row\":1,\"input_ids\":[1,2],\"truncated\":false,\"reference\":{\"question\":\"q\"}}",
        "{\"row\":1,\"input_ids\":[1,2],\"truncated\":false,\"other\":1}",
    })
    void aDamagedFileIsRefused(String line) throws IOException {
        Path file = Files.writeString(folder.resolve("d"),
                "{\"row\":1,\"input_ids\":[1,2],\"truncated\":false}\n" + line + "\n");

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> TokenizedDataset.open(file))
                .withMessageStartingWith("MEDTUNE000443: The tokenised dataset " + file + " is damaged in line 2: ");
    }

    @Test
    void aTornLastLineIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("d"), "{\"row\":1,\"input_ids\":[1,2],\"truncated\":false}");

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> TokenizedDataset.open(file))
                .withMessageStartingWith("MEDTUNE000443");
    }

    @Test
    void aDatasetOfRejectsOnlyIsRefused() throws IOException {
        try (TokenizedDatasetWriter writer = TokenizedDatasetWriter.open(folder, Position.START)) {
            writer.reject(1, "no");
            writer.finish();
        }
        Path file = folder.resolve(TokenizedDatasetWriter.TOKENIZED_FILE);

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> TokenizedDataset.open(file))
                .withMessage("MEDTUNE000444: The tokenised dataset " + file + " has no rows: no row of the dataset "
                        + "could be used. See the file rejects.jsonl beside it for the reasons.");
    }

    @Test
    void aMissingFileIsRefused() {
        assertThatExceptionOfType(RecoverableException.class)
                .isThrownBy(() -> TokenizedDataset.open(folder.resolve("none")))
                .withMessageStartingWith("MEDTUNE000445");
    }

    @Test
    void aCallerCannotChangeTheDataset() throws IOException {
        TokenizedDataset dataset = TokenizedDataset.open(writeAll(folder));

        dataset.training(0)[0] = 1;

        assertThat(dataset.training(0)).startsWith(8188);
    }

    private static Path writeAll(Path folder) throws IOException {
        try (TokenizedDatasetWriter writer = TokenizedDatasetWriter.open(folder, Position.START)) {
            writeRows(writer, 1, ROWS);
            writer.finish();
        }
        return folder.resolve(TokenizedDatasetWriter.TOKENIZED_FILE);
    }

    private static void writeRows(TokenizedDatasetWriter writer, int first, int last) {
        for (int row = first; row <= last; row++) {
            if (rejected(row)) {
                writer.reject(row, "The field 'Question' is missing.");
            } else {
                writer.write(example(row));
            }
        }
    }

    private static boolean rejected(int row) {
        return row % 4 == 0 && row != 20;
    }

    private static boolean heldOut(int row) {
        return row % 5 == 0 && row % 10 != 0 || row == 20;
    }

    private static TokenizedExample example(int row) {
        int[] ids = IntStream.rangeClosed(0, row + 1).map(i -> i == 0 ? 8188 : i).toArray();
        return new TokenizedExample(
                row,
                ids,
                row % 9 == 0,
                heldOut(row) ? new HeldOutReference("问题 " + row + " 👩‍⚕️", "\"r\"\n") : null);
    }

    private static Position throughTheJobRepository(Position position) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(position);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (Position) in.readObject();
        }
    }

    private List<String> lines(String name) throws IOException {
        return Files.readAllLines(folder.resolve(name), UTF_8);
    }
}
