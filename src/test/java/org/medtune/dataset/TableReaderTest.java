package org.medtune.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;

class TableReaderTest {

    private static final Path TABLES = Path.of("src", "test", "resources", "tables");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {
        "pyarrow-none.parquet", "pyarrow-snappy.parquet", "pyarrow-gzip.parquet", "pyarrow-zstd.parquet",
        "pyarrow-lz4.parquet", "duckdb.parquet", "duckdb.csv", "duckdb.tsv"})
    void aTableOfAnotherProgramHasTheRowsThatWereWritten(String name) {
        // given: the rows that the table was made of
        List<DatasetRow> written = readAll(Path.of("data", "medical-reasoning-sample-zh.jsonl")).subList(0, 6);

        // when
        List<DatasetRow> rows = readAll(TABLES.resolve(name));

        // then
        assertThat(rows).hasSize(6);
        assertThat(rows.subList(0, 3)).isEqualTo(written.subList(0, 3));
        assertThat(rows.subList(4, 6)).isEqualTo(written.subList(4, 6));
        assertThat(rows.get(3).number()).isEqualTo(4);
        assertThat(rows.get(3).question()).isEqualTo(written.get(3).question());
        assertThat(rows.get(3).rejection()).hasValue(name.endsWith("parquet")
                ? "MEDTUNE000420: The field 'Complex_CoT' is missing."
                : "MEDTUNE000422: The field 'Complex_CoT' is blank.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pyarrow-zstd.parquet", "duckdb.csv"})
    void readingCanStartAgainAtAnyRow(String name) {
        // given
        List<DatasetRow> all = readAll(TABLES.resolve(name));

        for (int done = 0; done <= all.size(); done++) {
            // when
            try (ExampleReader reader = open(TABLES.resolve(name))) {
                reader.skipTo(done);

                // then
                assertThat(readAll(reader)).isEqualTo(all.subList(done, all.size()));
            }
        }
    }

    @Test
    void theFormatIsToldByTheContent() throws IOException {
        // given
        Path parquet = Files.copy(TABLES.resolve("duckdb.parquet"), folder.resolve("a.json"));
        Path csv = Files.copy(TABLES.resolve("duckdb.tsv"), folder.resolve("table"));

        // when / then
        assertThat(DatasetFormat.of(parquet, FieldNames.DEFAULT)).isEqualTo(DatasetFormat.PARQUET);
        assertThat(DatasetFormat.of(csv, FieldNames.DEFAULT)).isEqualTo(DatasetFormat.CSV);
        assertThat(readAll(csv)).hasSize(6);
    }

    @ParameterizedTest
    @ValueSource(strings = {",", ";", "\t"})
    void valuesMayHoldQuotesLineEndsAndSeparators(String separator) throws IOException {
        // given: as RFC 4180 has it, behind a byte order mark, with lines that end with CR LF
        Path file = write("a.csv", "\uFEFF" + String.join(separator, "Question", " Complex_CoT ", "Response") + "\r\n"
                + String.join(separator, "\"say \"\"a\"\",;\t\r\nor b\"", "because", "so") + "\r\n\r\n"
                + String.join(separator, "q", "c", "r"));

        // when / then
        assertThat(readAll(file)).containsExactly(
                DatasetRow.accepted(1, new ReasoningExample("say \"a\",;\t\r\nor b", "because", "so")),
                DatasetRow.accepted(2, new ReasoningExample("q", "c", "r")));
    }

    @Test
    void columnsAreFoundByNameAndOthersAreIgnored() throws IOException {
        // given
        Path file = write("a.csv", "answer,notes,ask,think\nA,x,Q,T\n");

        try (ExampleReader reader =
                ExampleReader.open(file, new FieldNames("ask", "think", "answer"), RowSelection.ALL)) {
            // when / then
            assertThat(reader.next()).hasValue(DatasetRow.accepted(1, new ReasoningExample("Q", "T", "A")));
        }
    }

    @Test
    void aRowOfAnotherWidthIsRejectedAndReadingGoesOn() throws IOException {
        // given
        Path file = write("a.csv", "Question,Complex_CoT,Response\nq,c\nq,c,r,x\nq,c,r\n");

        // when
        List<DatasetRow> rows = readAll(file);

        // then
        assertThat(rows.stream().map(row -> row.rejection().orElse(""))).containsExactly(
                "MEDTUNE000855: The row has 2 values, but the header names 3 columns.",
                "MEDTUNE000855: The row has 4 values, but the header names 3 columns.", "");
    }

    @ParameterizedTest
    @CsvSource({"duckdb.csv", "pyarrow-snappy.parquet"})
    void aColumnThatIsNotThereIsToldWithThoseThatAre(String name) {
        Path file = TABLES.resolve(name);

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> ExampleReader.open(file, new FieldNames("Question", "cot", "Response"),
                        RowSelection.ALL))
                .withMessageStartingWith("MEDTUNE000854: The dataset " + file + " has no column cot; its columns are ")
                .withMessageContaining("Question, ");
    }

    @Test
    void whatIsNoTextInAColumnIsRejected() {
        try (ExampleReader reader = ExampleReader.open(TABLES.resolve("pyarrow-none.parquet"),
                new FieldNames("Question", "id", "tags"), RowSelection.ALL)) {
            assertThat(reader.next().orElseThrow().rejection()).hasValue(
                    "MEDTUNE000421: The field 'id' is not a string, but of the JSON type number. "
                            + "MEDTUNE000421: The field 'tags' is not a string, but of the JSON type object.");
        }
    }

    @Test
    void aQuoteOutOfPlaceIsToldWithItsPlace() throws IOException {
        assertRefused(write("a.csv", "Question,Complex_CoT,Response\nq,c,r\n\"q\"x,c,r\n"),
                "is damaged in row 2, at line 3: ");
        assertRefused(write("b.csv", "Question,Complex_CoT,Response\nq,c,\"r\n"), "is damaged in row 1");
    }

    @Test
    void aTableWithoutRowsIsRefused() throws IOException {
        assertRefused(write("a.csv", "Question,Complex_CoT,Response\n"), "MEDTUNE000404: ");
    }

    @Test
    void aParquetFileThatIsCutOrDamagedOrOfAnotherCompressionIsRefused() throws IOException {
        // given
        byte[] whole = Files.readAllBytes(TABLES.resolve("pyarrow-snappy.parquet"));
        byte[] damaged = whole.clone();
        for (int i = 4; i < 4000; i++) {
            damaged[i] = (byte) 0xA5;
        }

        // when / then
        assertRefused(write("cut.parquet", "PAR1"), "MEDTUNE000857: ");
        assertRefused(Files.write(folder.resolve("half.parquet"), Arrays.copyOf(whole, 5000)),
                "MEDTUNE000857: ");
        assertRefused(Files.write(folder.resolve("damaged.parquet"), damaged), "MEDTUNE000857: ");
        assertRefused(TABLES.resolve("pyarrow-brotli.parquet"), "the compression BROTLI");
    }

    @Test
    void manyRowsAreNotHeldInMemory() throws IOException {
        // given
        Path file = write("a.csv", IntStream.rangeClosed(1, 7_000)
                .mapToObj(i -> "question " + i + "x".repeat(300) + ",because,so")
                .collect(Collectors.joining("\n", "Question,Complex_CoT,Response\n", "\n\"oops\"x")));
        List<WeakReference<DatasetRow>> rows = new ArrayList<>();

        try (ExampleReader reader = open(file)) {
            // when
            for (int i = 0; i < 7_000; i++) {
                rows.add(new WeakReference<>(reader.next().orElseThrow()));
            }
            System.gc();

            // then
            assertThat(rows.stream().filter(row -> row.get() != null).count()).isLessThan(10);
        }
    }

    @Test
    void aQuoteThatNeverEndsDoesNotFillTheMemory() throws IOException {
        // given: more than a value may have
        Path file = write("a.csv", "Question,Complex_CoT,Response\nq,c,\"" + "x".repeat(21_000_000));

        // when / then
        assertRefused(file, "MEDTUNE000856: ");
    }

    private static void assertRefused(Path file, String part) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> readAll(file))
                .withMessageContaining(part);
    }

    private static ExampleReader open(Path file) {
        return ExampleReader.open(file, FieldNames.DEFAULT, RowSelection.ALL);
    }

    private static List<DatasetRow> readAll(Path file) {
        try (ExampleReader reader = open(file)) {
            return readAll(reader);
        }
    }

    private static List<DatasetRow> readAll(ExampleReader reader) {
        List<DatasetRow> rows = new ArrayList<>();
        for (Optional<DatasetRow> row = reader.next(); row.isPresent(); row = reader.next()) {
            rows.add(row.get());
        }
        return rows;
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }
}
