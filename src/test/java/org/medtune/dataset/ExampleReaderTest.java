package org.medtune.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
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
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;

class ExampleReaderTest {

    @TempDir
    private Path folder;

    @Test
    void readsTheSampleDataset() {
        // when
        List<DatasetRow> rows = readAll(Path.of("data", "medical-reasoning-sample-zh.jsonl"), RowSelection.ALL);

        // then
        assertThat(rows).hasSize(160).allSatisfy(row -> assertThat(row.example()).isPresent());
        assertThat(rows.get(159).number()).isEqualTo(160);
        assertThat(rows.get(0).example().orElseThrow().question()).startsWith("男，62岁，突发胸痛3小时");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void arrayAndLinesGiveTheSameRows(String lineEnd) throws IOException {
        // given: the names do not tell which is which
        Path lines = write("a.json", row("q1") + lineEnd + lineEnd + row("q2") + lineEnd);
        Path array = write("b.jsonl", lineEnd + " [" + row("q1") + "," + lineEnd + row("q2") + "]" + lineEnd);

        // when / then
        assertThat(readAll(lines, RowSelection.ALL))
                .isEqualTo(readAll(array, RowSelection.ALL))
                .containsExactly(accepted(1, "q1"), accepted(2, "q2"));
    }

    @Test
    void theLastLineNeedsNoEnd() throws IOException {
        assertThat(readAll(write("d", row("q1") + "\n" + row("q2")), RowSelection.ALL)).hasSize(2);
    }

    @Test
    void aByteOrderMarkIsLeftOut() throws IOException {
        assertThat(readAll(write("a", "\uFEFF" + row("q1")), RowSelection.ALL)).containsExactly(accepted(1, "q1"));
        assertThat(readAll(write("b", "\uFEFF[" + row("q1") + "]"), RowSelection.ALL))
                .containsExactly(accepted(1, "q1"));
    }

    @Test
    void charactersBeyondTheBasicPlaneSurvive() throws IOException {
        // given: at every offset to the reader's buffer
        for (int padding = 0; padding < 5; padding++) {
            String question = "x".repeat(65_500 + padding) + "👩‍⚕️𠮷野家".repeat(20);
            assertThat(readAll(write("d", row(question)), RowSelection.ALL)).containsExactly(accepted(1, question));
        }
    }

    @Test
    void fieldNamesCanBeChosen() throws IOException {
        // given
        Path file = write("d", "{\"q\":\"a\",\"cot\":\"b\",\"a\":\"c\",\"Question\":7}");

        try (ExampleReader reader = ExampleReader.open(file, new FieldNames("q", "cot", "a"), RowSelection.ALL)) {
            // when / then
            assertThat(reader.next())
                    .hasValue(DatasetRow.accepted(1, new ReasoningExample("a", "b", "c")));
        }
    }

    @Test
    void fieldNamesMustDiffer() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> new FieldNames("a", "a", "b"))
                .withMessageStartingWith("MEDTUNE000409: The field names of the dataset are 'a', 'a' and 'b'");
        assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> new FieldNames("a", " ", "b"));
    }

    @Test
    void aBadRowIsRejectedAndReadingGoesOn() throws IOException {
        // given
        Path file = write("d", String.join("\n",
                "{\"Question\":\"q\",\"Response\":\"r\"}",
                "{\"Question\":\"q\",\"Complex_CoT\":[1],\"Response\":null}",
                "{\"Question\":\" \\u3000\\n\",\"Complex_CoT\":\"c\",\"Response\":\"r\"}",
                "",
                "{\"Question\":\"q\",",
                "{} {}",
                "\"text\"",
                "{\"Question\":\"\\ud83d\",\"Complex_CoT\":\"c\",\"Response\":\"r\"}",
                row("good")));

        // when
        List<DatasetRow> rows = readAll(file, RowSelection.ALL);

        // then
        assertThat(rows.stream().map(DatasetRow::number)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
        assertThat(rows.get(7)).isEqualTo(accepted(8, "good"));
        assertThat(rows.subList(0, 7)).allSatisfy(row -> assertThat(row.example()).isEmpty());
        assertThat(rows.get(0).rejection()).hasValue("MEDTUNE000420: The field 'Complex_CoT' is missing.");
        assertThat(rows.get(0).question()).hasValue("q");
        assertThat(rows.get(1).rejection()).hasValue("MEDTUNE000421: The field 'Complex_CoT' is not a string, but of "
                + "the JSON type array. MEDTUNE000421: The field 'Response' is not a string, but of the JSON type "
                + "null.");
        assertThat(rows.get(2).rejection()).hasValue("MEDTUNE000422: The field 'Question' is blank.");
        assertThat(rows.get(3).rejection().orElseThrow()).startsWith("MEDTUNE000424: Line 5 is not valid JSON: ");
        assertThat(rows.get(4).rejection().orElseThrow()).startsWith("MEDTUNE000424: Line 6 is not valid JSON: ");
        assertThat(rows.get(5).rejection())
                .hasValue("MEDTUNE000423: The row is not an object, but of the JSON type string.");
        assertThat(rows.get(6).rejection().orElseThrow()).startsWith("MEDTUNE000425: The field 'Question'");
    }

    @Test
    void aBadItemOfAnArrayIsRejectedAndReadingGoesOn() throws IOException {
        // when
        List<DatasetRow> rows = readAll(write("d", "[1, " + row("q") + ", null, {}]"), RowSelection.ALL);

        // then
        assertThat(rows).hasSize(4);
        assertThat(rows.get(1)).isEqualTo(accepted(2, "q"));
        assertThat(rows.get(3).rejection().orElseThrow()).contains("'Question'", "'Complex_CoT'", "'Response'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[ROW,\nROW", "[ROW,\nROW,{\"a\":", "[ROW,\nROW,]", "[ROW,\nROW oops]", "[ROW,\nROW]]"})
    void aDamagedArrayEndsTheReading(String content) throws IOException {
        // given
        Path file = write("d", content.replace("ROW", row("q")));

        try (ExampleReader reader = ExampleReader.open(file, FieldNames.DEFAULT, RowSelection.ALL)) {
            // when / then
            assertThat(reader.next()).isPresent();
            assertThat(reader.next()).isPresent();
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(reader::next)
                    .withMessageStartingWith("MEDTUNE000406: The dataset file " + file + " is damaged in row 3, "
                            + "at line 2, column ");
        }
    }

    @Test
    void whatIsNotUtf8IsRefusedWithItsPlace() throws IOException {
        // given: a file as a Chinese Windows would save it
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write((row("first") + "\n").getBytes(StandardCharsets.UTF_8));
        long offset = bytes.size() + "{\"Question\":\"".length();
        bytes.write(row("高血压").getBytes(Charset.forName("GB18030")));

        // when / then
        assertNotUtf8(bytes.toByteArray(), offset);
    }

    @Test
    void thePlaceIsRightBeyondTheFirstBuffer() throws IOException {
        // given
        byte[] text = row("好".repeat(100_000)).getBytes(StandardCharsets.UTF_8);
        text[150_003] = (byte) 0xFF;

        // when / then: the broken character starts at the replaced byte or just before it
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> readAll(Files.write(folder.resolve("d"), text), RowSelection.ALL))
                .withMessageMatching("MEDTUNE000403: .* at offset 15000[1-3] .*");
    }

    @Test
    void aCharacterCutOffByTheEndIsNotUtf8() throws IOException {
        byte[] text = "{\"好".getBytes(StandardCharsets.UTF_8);

        assertNotUtf8(Arrays.copyOf(text, text.length - 1), 2);
    }

    @Test
    void utf16IsNotUtf8() throws IOException {
        assertNotUtf8(("\uFEFF" + row("q")).getBytes(StandardCharsets.UTF_16LE), 0);
    }

    private void assertNotUtf8(byte[] content, long offset) throws IOException {
        Path file = Files.write(folder.resolve("d"), content);
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> readAll(file, RowSelection.ALL))
                .withMessageStartingWith("MEDTUNE000403: The file " + file + " is not UTF-8: byte 0x")
                .withMessageContaining(" at offset " + offset + " ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n\r\n", "[]", " [ ] ", "\uFEFF"})
    void aDatasetWithoutRowsIsRefused(String content) throws IOException {
        Path file = write("d", content);

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> readAll(file, RowSelection.ALL))
                .withMessage("MEDTUNE000404: The dataset file " + file + " has no rows. Give a file with at least one "
                        + "example.");
    }

    @Test
    void anotherFormatIsRefused() throws IOException {
        assertRefused(write("d.xml", "<rows>"), "starts with '<', so it is neither");
        Path gzip = Files.write(folder.resolve("d.gz"), new byte[] {0x1F, (byte) 0x8B, 8, 0});
        assertRefused(gzip, "starts with the control character U+001F");
    }

    @Test
    void aMissingFileAndAFolderAreRefused() {
        assertRefused(folder.resolve("none.jsonl"), "MEDTUNE000400: There is no dataset file ");
        assertRefused(folder, "MEDTUNE000401: The dataset " + folder + " is a folder");
    }

    @Test
    void aFileThatMayNotBeReadIsRefused() throws IOException {
        Path file = write("d", row("q"));
        file.toFile().setReadable(false);
        assumeFalse(Files.isReadable(file), "this account may read every file");

        assertRefused(file, "MEDTUNE000402: The dataset file " + file + " cannot be opened");
    }

    @Test
    void aLineWithoutEndIsRefusedBeforeItFillsTheMemory() throws IOException {
        Path file = write("d", "{" + " ".repeat(LineReader.MAXIMUM_LENGTH));

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> readAll(file, RowSelection.ALL))
                .withMessageStartingWith("MEDTUNE000407: Line 1 of the file " + file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", ""})
    void manyRowsAreNotHeldInMemory(String start) throws IOException {
        // given: 7,000 rows, and something that cannot be read after them
        String separator = start.isEmpty() ? "\n" : ",\n";
        Path file = write("d", start + IntStream.rangeClosed(1, 7_000)
                .mapToObj(i -> row("question " + i + "x".repeat(300)))
                .collect(Collectors.joining(separator)) + separator + "oops");
        List<WeakReference<DatasetRow>> rows = new ArrayList<>();

        try (ExampleReader reader = ExampleReader.open(file, FieldNames.DEFAULT, RowSelection.ALL)) {
            // when
            for (int i = 0; i < 7_000; i++) {
                rows.add(new WeakReference<>(reader.next().orElseThrow()));
            }
            System.gc();

            // then
            assertThat(reader.position()).isEqualTo(7_000);
            assertThat(rows.stream().filter(row -> row.get() != null).count()).isLessThan(10);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", ""})
    void readingCanStartAgainAtAnyRow(String start) throws IOException {
        // given
        String content = IntStream.rangeClosed(1, 9)
                .mapToObj(i -> i % 4 == 0
                        ? "{\"Question\":\"问题" + i + "\"}"
                        : row(i % 3 == 0 ? "english " + i : "问题" + i))
                .collect(Collectors.joining(start.isEmpty() ? "\n\n" : ",", start, start.isEmpty() ? "\n" : "]"));
        Path file = write("d", content);

        for (RowSelection selection : List.of(
                RowSelection.ALL,
                new RowSelection(5, QuestionLanguage.ZH),
                new RowSelection(3, QuestionLanguage.ANY))) {
            List<DatasetRow> all = readAll(file, selection);
            for (int done = 0; done <= all.size(); done++) {
                // when
                long position;
                try (ExampleReader reader = ExampleReader.open(file, FieldNames.DEFAULT, selection)) {
                    for (int i = 0; i < done; i++) {
                        reader.next();
                    }
                    position = reader.position();
                }
                List<DatasetRow> rest;
                try (ExampleReader reader = ExampleReader.open(file, FieldNames.DEFAULT, selection)) {
                    reader.skipTo(position);
                    rest = readAll(reader);
                }

                // then
                assertThat(rest).isEqualTo(all.subList(done, all.size()));
            }
        }
    }

    @Test
    void aFileThatWasChangedSinceIsNoticed() throws IOException {
        Path file = write("d", row("q1") + "\n" + row("q2"));

        try (ExampleReader reader = ExampleReader.open(file, FieldNames.DEFAULT, RowSelection.ALL)) {
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> reader.skipTo(3))
                    .withMessageStartingWith("MEDTUNE000408: The dataset cannot be gone on with after row 3: it now "
                            + "leads to row 2.");
        }
    }

    @Test
    void theFirstRowsOfALanguageAreChosen() throws IOException {
        // given: row 4 is rejected and still takes a place; nobody knows the language of row 5
        Path file = write("d", String.join("\n",
                row("What is hypertension?"),
                row("高血压是什么？"),
                row("COPD急性加重FEV1下降怎么办"),
                "{\"Question\":\"糖尿病\"}",
                "{oops",
                row("冠心病")));

        // when / then
        assertThat(numbers(file, 0, QuestionLanguage.ANY)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(numbers(file, 2, QuestionLanguage.ANY)).containsExactly(1L, 2L);
        assertThat(numbers(file, 0, QuestionLanguage.ZH)).containsExactly(2L, 3L, 4L, 5L, 6L);
        assertThat(numbers(file, 3, QuestionLanguage.ZH)).containsExactly(2L, 3L, 4L);
        assertThat(numbers(file, 100, QuestionLanguage.EN)).containsExactly(1L, 5L);
    }

    @Test
    void noRowOfTheLanguageIsRefused() throws IOException {
        Path file = write("d", row("hello"));

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> readAll(file, new RowSelection(0, QuestionLanguage.ZH)))
                .withMessageStartingWith("MEDTUNE000416: No row of the dataset has a question in the language 'zh'.");
    }

    @Test
    void selectionIsValidated() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> new RowSelection(-1, QuestionLanguage.ANY))
                .withMessageStartingWith("MEDTUNE000411");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> QuestionLanguage.named("fr"))
                .withMessage("MEDTUNE000410: The language 'fr' is unknown. Give one of: any, zh, en.");
        assertThat(QuestionLanguage.named("ZH")).isSameAs(QuestionLanguage.ZH);
    }

    @Test
    void languageIsToldByTheScriptOfLetters() {
        assertThat(QuestionLanguage.ZH.includes("血压 180/100 mmHg")).isTrue();
        assertThat(QuestionLanguage.ZH.includes("abcdefg血压心")).isTrue();
        assertThat(QuestionLanguage.ZH.includes("abcdefgh血压心")).isFalse();
        assertThat(QuestionLanguage.EN.includes("abcdefgh血压心")).isTrue();
        assertThat(QuestionLanguage.EN.includes("abcdefg血压心")).isFalse();
        assertThat(QuestionLanguage.EN.includes("гипертония")).isFalse();
        assertThat(QuestionLanguage.ZH.includes("123?")).isFalse();
        assertThat(QuestionLanguage.EN.includes("123?")).isFalse();
        assertThat(QuestionLanguage.ANY.includes("123?")).isTrue();
    }

    private static List<Long> numbers(Path file, long maximumRows, QuestionLanguage language) {
        return readAll(file, new RowSelection(maximumRows, language)).stream().map(DatasetRow::number).toList();
    }

    private static void assertRefused(Path file, String part) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> readAll(file, RowSelection.ALL))
                .withMessageContaining(part);
    }

    private static List<DatasetRow> readAll(Path file, RowSelection selection) {
        try (ExampleReader reader = ExampleReader.open(file, FieldNames.DEFAULT, selection)) {
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

    private static DatasetRow accepted(long number, String question) {
        return DatasetRow.accepted(number, new ReasoningExample(question, "because", "so"));
    }

    private static String row(String question) {
        return "{\"Question\":\"" + question + "\",\"Complex_CoT\":\"because\",\"Response\":\"so\"}";
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }
}
