package org.medtune.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Scores of texts")
class TextScoresTest {

    static Stream<JsonNode> bleu() throws IOException {
        return cases("bleu.json");
    }

    static Stream<JsonNode> rouge() throws IOException {
        return cases("rouge.json");
    }

    @ParameterizedTest
    @MethodSource("bleu")
    @DisplayName("have the BLEU that sacrebleu gives them by characters")
    void bleuOfSacrebleu(JsonNode golden) {
        // when
        double[] sums = new double[10];
        for (int i = 0; i < golden.get("hypotheses").size(); i++) {
            Bootstrap.add(sums, Bleu.counts(golden.get("hypotheses").get(i).asText(),
                    golden.get("references").get(i).asText()));
        }

        // then
        for (int order = 0; order < 4; order++) {
            assertThat(sums[order]).isEqualTo(golden.get("counts").get(order).asDouble());
            assertThat(sums[4 + order]).isEqualTo(golden.get("totals").get(order).asDouble());
        }
        assertThat(sums[8]).isEqualTo(golden.get("sys_len").asDouble());
        assertThat(sums[9]).isEqualTo(golden.get("ref_len").asDouble());
        assertThat(Bleu.score(sums)).isCloseTo(golden.get("score").asDouble(), within(1e-9));
    }

    @ParameterizedTest
    @MethodSource("rouge")
    @DisplayName("have the ROUGE-L that torchmetrics gives them by characters")
    void rougeOfTorchmetrics(JsonNode golden) {
        RougeL score = RougeL.of(golden.get("text").asText(), golden.get("reference").asText());

        assertThat(score.precision()).isCloseTo(golden.get("precision").asDouble(), within(1e-7));
        assertThat(score.recall()).isCloseTo(golden.get("recall").asDouble(), within(1e-7));
        assertThat(score.f()).isCloseTo(golden.get("f").asDouble(), within(1e-7));
    }

    /** Lin 2004, section 3.1, and rouge_scorer_test.py of rouge-score; a letter stands for a word. */
    @ParameterizedTest
    @CsvSource({"pktg, pltg, 0.75, 0.75", "tgkp, pltg, 0.5, 0.5", "to, tow, 1, 0.8", "tw, tow, 1, 0.8",
            "'', tow, 0, 0", "tow, '', 0, 0", "'', '', 0, 0"})
    @DisplayName("have the ROUGE-L of the paper and of rouge-score's own tests")
    void rougeOfThePaper(String text, String reference, double precision, double f) {
        RougeL score = RougeL.of(text, reference);

        assertThat(score.precision()).isEqualTo(precision);
        assertThat(score.f()).isCloseTo(f, within(1e-12));
    }

    /** What {@code chr(i).isspace()} of Python 3.13 is true for, and some that it is not. */
    @Test
    @DisplayName("count without what Python takes for blank space")
    void blanks() {
        String blank = "\t\n\13\f\r\34\35\36\37 \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004"
                + "\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

        assertThat(Symbols.of(blank)).isEmpty();
        assertThat(Symbols.of("a" + blank + "药😀")).containsExactly('a', '药', 0x1f600);
        assertThat(Symbols.of("\u200b\ufeff\u180e\0")).hasSize(4);
    }

    private static Stream<JsonNode> cases(String file) throws IOException {
        JsonNode json = new ObjectMapper().readTree(Path.of("src/test/resources/evaluation", file).toFile());
        return StreamSupport.stream(json.get("cases").spliterator(), false);
    }
}
