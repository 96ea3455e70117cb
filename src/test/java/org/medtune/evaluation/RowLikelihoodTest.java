package org.medtune.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.medtune.dataset.PromptTemplate;
import org.medtune.dataset.ReasoningExample;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.Tokenizer;
import org.medtune.tensor.ElementType;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.Golden;

@DisplayName("The likelihood of a row")
class RowLikelihoodTest {

    private static final PromptTemplate TEMPLATE = PromptTemplate.named(PromptTemplate.DEFAULT_NAME);
    private static final ReasoningExample EXAMPLE =
            new ReasoningExample("发热<think>三天？", "先查血常规，再看结果。", "口服对乙酰氨基酚。");

    private static CausalLanguageModel model;
    private static Tokenizer tokenizer;

    @BeforeAll
    static void load() {
        model = EmbeddedModel.load(ElementType.FLOAT32);
        tokenizer = Tokenizer.open(Golden.MODEL);
    }

    @AfterAll
    static void close() {
        tokenizer.close();
        model.close();
    }

    @Test
    @DisplayName("is told by parts whose bounds are the tags, though the question has one, too")
    void parts() {
        // given
        int[] ids = ids();

        // when
        RowParts parts = RowParts.of(tokenizer, ids, TEMPLATE.inferencePrompt(EXAMPLE.question()));

        // then
        assertThat(tokenizer.decode(Arrays.copyOfRange(ids, parts.reasoning(), parts.answer())).strip())
                .isEqualTo("先查血常规，再看结果。\n</think>");
        assertThat(tokenizer.decode(Arrays.copyOfRange(ids, parts.answer(), ids.length)).strip())
                .isEqualTo("口服对乙酰氨基酚。" + tokenizer.endOfSentenceToken());
    }

    @Test
    @DisplayName("adds up to that of the whole row, and each part is what the tokens of the part add")
    void sums() {
        // given
        int[] ids = ids();
        RowParts parts = RowParts.of(tokenizer, ids, TEMPLATE.inferencePrompt(EXAMPLE.question()));

        // when
        RowLikelihood likelihood = RowLikelihood.of(model, ids, parts, model.noAdapter());

        // then: a causal model's likelihood of a beginning does not depend on what comes behind it
        double prompt = nll(Arrays.copyOf(ids, parts.reasoning()));
        double reasoned = nll(Arrays.copyOf(ids, parts.answer()));
        assertThat(likelihood.prompt().sum()).isCloseTo(prompt, within(1e-3));
        assertThat(likelihood.reasoning().sum()).isCloseTo(reasoned - prompt, within(1e-3));
        assertThat(likelihood.answer().sum()).isCloseTo(nll(ids) - reasoned, within(1e-3));
        assertThat(likelihood.prompt().tokens() + likelihood.reasoning().tokens() + likelihood.answer().tokens())
                .isEqualTo(ids.length - 1);
    }

    @Test
    @DisplayName("has no answer, or no reasoning either, where the row was cut")
    void cut() {
        // given
        int[] ids = ids();
        String prompt = TEMPLATE.inferencePrompt(EXAMPLE.question());
        RowParts parts = RowParts.of(tokenizer, ids, prompt);
        int[] inReasoning = Arrays.copyOf(ids, parts.reasoning() + 3);
        int[] inPrompt = Arrays.copyOf(ids, 10);

        // then
        assertThat(RowParts.of(tokenizer, inReasoning, prompt))
                .isEqualTo(new RowParts(parts.reasoning(), inReasoning.length));
        assertThat(RowParts.of(tokenizer, inPrompt, prompt)).isEqualTo(new RowParts(10, 10));
        RowLikelihood likelihood = RowLikelihood.of(model, inPrompt, new RowParts(10, 10), model.noAdapter());
        assertThat(likelihood.prompt().sum()).isCloseTo(nll(inPrompt), within(1e-3));
        assertThat(likelihood.answer()).isEqualTo(new RowLikelihood.Part(0, 0));
    }

    private static int[] ids() {
        return tokenizer.encodeWithBeginOfSentence(TEMPLATE.trainingText(EXAMPLE, tokenizer.endOfSentenceToken()));
    }

    private static double nll(int[] ids) {
        return model.negativeLogLikelihood(List.of(ids), model.noAdapter());
    }
}
