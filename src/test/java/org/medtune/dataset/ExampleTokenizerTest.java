package org.medtune.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.medtune.InvalidInputException;
import org.medtune.model.Tokenizer;
import org.medtune.testing.Golden;

class ExampleTokenizerTest {

    private static final int GOLDEN_LENGTH = 640;

    private static Tokenizer tokenizer;

    @BeforeAll
    static void openEmbeddedModel() {
        tokenizer = Tokenizer.open(Golden.MODEL);
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    static List<JsonNode> goldenCases() {
        return Golden.cases("format");
    }

    @ParameterizedTest
    @MethodSource("goldenCases")
    void idsAreThoseOfTransformers(JsonNode golden) {
        // given
        int[] expected = Golden.ids(golden.required("ids"));

        // when
        TokenizedExample example = tokenizer(0, GOLDEN_LENGTH).tokenize(7, PromptTemplateTest.example(golden));

        // then
        assertThat(example).isEqualTo(new TokenizedExample(7, expected, false, null));
        assertThat(example.heldOut()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("goldenCases")
    void aTextThatIsTooLongLosesItsEnd(JsonNode golden) {
        // given
        int[] whole = Golden.ids(golden.required("ids"));

        // when
        TokenizedExample exact = tokenizer(0, whole.length).tokenize(1, PromptTemplateTest.example(golden));
        TokenizedExample cut = tokenizer(0, whole.length - 1).tokenize(1, PromptTemplateTest.example(golden));

        // then
        assertThat(exact.truncated()).isFalse();
        assertThat(exact.inputIds()).endsWith(tokenizer.endOfSentenceId());
        assertThat(cut.truncated()).isTrue();
        assertThat(cut.inputIds()).hasSize(whole.length - 1).startsWith(8188).doesNotContain(8185);
    }

    @Test
    void aHeldOutRowKeepsItsQuestionAndAnswer() {
        // given: a share at which "abc" is held out (see HeldOutSplitTest)
        ReasoningExample example = new ReasoningExample("abc", "because", "so");

        // when
        TokenizedExample tokenized = tokenizer(0.73, GOLDEN_LENGTH).tokenize(3, example);

        // then
        assertThat(tokenized.heldOut()).isTrue();
        assertThat(tokenized.reference()).isEqualTo(new HeldOutReference("abc", "so"));
    }

    @Test
    void aLengthThatLeavesNothingToPredictIsRefused() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> tokenizer(0, 1))
                .withMessageStartingWith("MEDTUNE000414: The largest sequence length is 1 tokens");
    }

    private static ExampleTokenizer tokenizer(double heldOutShare, int maximumLength) {
        return new ExampleTokenizer(
                tokenizer,
                PromptTemplate.named(PromptTemplate.DEFAULT_NAME),
                new HeldOutSplit(heldOutShare),
                maximumLength);
    }
}
