package org.medtune.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;

/** The rules are those of FreedomIntelligence/HuatuoGPT-o1, evaluation/scorer.py. */
@DisplayName("A multiple-choice answer")
class ChoiceReadingTest {

    private static final List<String> OPTIONS = List.of("Aspirin", "Ibuprofen", "阿莫西林", "Warfarin", "Heparin");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
            // what is said outright
            "The answer is B., B, B",
            "The answer is A because C is contraindicated., A, A",
            "The correct answer is D. On second thought the answer is E., D, E",
            "答案是C。, C, C",
            "正确答案为D, D, D",
            "答案：E, E, E",
            "答案应该选B, B, B",
            "The answer is **C**., C, C",
            "答案是（C）, C, C",
            // single letters with their neighbours
            "B, B, B",
            "选择B项, B, B",
            "故选D。, D, D",
            "(C) is right, C, C",
            "**E**, E, E",
            "A and later D, D, D",
            "应选Ｃ, C, C",
            "排除A、B，选D, A, D",
            // the text of an option
            "I would give warfarin and then heparin., E, E",
            "首选阿莫西林治疗, C, C"
    })
    @DisplayName("takes the option that is said, or stands by itself, or whose text is there")
    void reads(String conclusion, String first, String last) {
        ChoiceReading reading = ChoiceReading.of("首先排除A，再看B。\n</think>\n" + conclusion, OPTIONS);

        assertThat(reading).isEqualTo(new ChoiceReading(first, last));
    }

    static Stream<JsonNode> published() throws IOException {
        JsonNode json = new ObjectMapper().readTree(Path.of("src/test/resources/evaluation/choices.json").toFile());
        return StreamSupport.stream(json.get("cases").spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("published")
    @DisplayName("is read as by the published scorer, but for what is known to differ")
    void publishedScorer(JsonNode golden) {
        // given
        List<String> options = new ArrayList<>();
        golden.get("options").forEach(option -> options.add(option.asText()));
        String answer = golden.get("answer").asText();
        // nothing was found there, and what is most alike was taken; or the letter is none of the options
        boolean found = golden.get("kind").asInt() < 3 && golden.get("first").asText().charAt(0) < 'A' + options.size();

        // when
        ChoiceReading reading = ChoiceReading.of(answer, options);

        // then: letters of full width are read here only
        if (answer.contains("Ｃ")) {
            assertThat(reading).isEqualTo(new ChoiceReading("C", "C"));
        } else if (found) {
            assertThat(reading)
                    .isEqualTo(new ChoiceReading(golden.get("first").asText(), golden.get("last").asText()));
        } else {
            assertThat(reading).isEqualTo(ChoiceReading.UNANSWERED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "The answer is None of these.", "A 45-year-old man needs rest.", "ABCDE", "Vitamin", "", "答案不确定"})
    @DisplayName("is unanswered where no option is meant")
    void unanswered(String conclusion) {
        assertThat(ChoiceReading.of("So it is B.</think>" + conclusion, OPTIONS).answered()).isFalse();
    }

    @Test
    @DisplayName("counts from behind the reasoning, or the heading that HuatuoGPT-o1 writes")
    void conclusion() {
        assertThat(ChoiceReading.of("A? B? The answer is C.</think>The answer is D.", OPTIONS).first()).isEqualTo("D");
        assertThat(ChoiceReading.of("## Thinking\n\nThe answer is A.\n\n## Final Response\n\nThe answer is B.", OPTIONS)
                .last()).isEqualTo("B");
        assertThat(ChoiceReading.of("The answer is C, I think", OPTIONS)).isEqualTo(ChoiceReading.UNANSWERED);
    }

    @Test
    @DisplayName("is asked for with its options, in the language of the question")
    void prompt() {
        assertThat(new ChoiceQuestion("Which one?", OPTIONS, "A").text())
                .startsWith("Which one?\nA. Aspirin\nB. Ibuprofen\n").endsWith("where X is its letter.");
        assertThat(new ChoiceQuestion("首选哪种药物？", OPTIONS, "A").text()).endsWith("给出正确选项的字母。");
    }

    @Test
    @DisplayName("is compared with files of either form")
    void files() throws IOException {
        // given
        Path lines = Files.writeString(folder.resolve("a.jsonl"), """
                {"question": "1?", "options": {"A": "x", "B": "y"}, "answer_idx": "B", "answer": "y"}

                {"question": "2?", "options": ["x", "y"], "answer": "x"}
                """);
        Path array = Files.writeString(folder.resolve("b.json"), """
                [{"question": "1?", "options": {"A": "x", "B": "y"}, "answer": "b"},
                 {"question": "2?", "options": ["x", "y"], "answer": "A"}]""");

        // then
        List<ChoiceQuestion> expected = List.of(new ChoiceQuestion("1?", List.of("x", "y"), "B"),
                new ChoiceQuestion("2?", List.of("x", "y"), "A"));
        assertThat(new ChoiceFile(lines).read(0)).isEqualTo(expected);
        assertThat(new ChoiceFile(array).read(0)).isEqualTo(expected);
        assertThat(new ChoiceFile(array).read(1)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "{\"options\": [\"x\", \"y\"], \"answer\": \"A\"} | no text in the field question",
            "{\"question\": \"?\", \"options\": [\"x\"], \"answer\": \"A\"} | 2 to 14 options",
            "{\"question\": \"?\", \"options\": {\"B\": \"x\", \"A\": \"y\"}, \"answer\": \"A\"} | in order",
            "{\"question\": \"?\", \"options\": [\"x\", \"y\"], \"answer\": \"C\"} | its answer 'C' is none",
            "{\"question\": | Unexpected end-of-input",
            "[] | the file has no rows"})
    @DisplayName("is not compared with a file that has another row")
    void damagedFiles(String row, String reason) throws IOException {
        Path file = Files.writeString(folder.resolve("damaged.json"), row);

        assertThatThrownBy(() -> new ChoiceFile(file).read(0)).isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000820: Row 1 of " + file).hasMessageContaining(reason);
    }
}
