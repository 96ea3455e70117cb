package org.medtune.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;
import org.medtune.testing.Golden;

class PromptTemplateTest {

    private static final String END = "<｜end▁of▁sentence｜>";
    private static final ReasoningExample EXAMPLE = new ReasoningExample("Q", "C", "R");

    static List<JsonNode> goldenCases() {
        return Golden.cases("format");
    }

    static ReasoningExample example(JsonNode golden) {
        JsonNode row = golden.required("row");
        return new ReasoningExample(
                row.required("Question").textValue(),
                row.required("Complex_CoT").textValue(),
                row.required("Response").textValue());
    }

    @Test
    void thereAreThreeGoldenCases() {
        assertThat(goldenCases()).hasSize(3);
    }

    @ParameterizedTest
    @MethodSource("goldenCases")
    void trainingTextIsTheTutorials(JsonNode golden) {
        String expected = golden.required("text").textValue();

        assertThat(PromptTemplate.names()).allSatisfy(name ->
                assertThat(PromptTemplate.named(name).trainingText(example(golden), END)).isEqualTo(expected));
    }

    @ParameterizedTest
    @MethodSource("goldenCases")
    void defaultInferencePromptIsTheBeginningOfTheTrainingText(JsonNode golden) {
        // given
        ReasoningExample example = example(golden);
        PromptTemplate template = PromptTemplate.named(PromptTemplate.DEFAULT_NAME);

        // when
        String prompt = template.inferencePrompt(example.question());

        // then
        assertThat(template.trainingText(example, END)).startsWith(prompt + example.reasoning());
        assertThat(prompt).endsWith("\n\n### Response:\n<think>\n");
    }

    @Test
    void tutorialsInferencePromptLacksTheLineEnd() {
        PromptTemplate template = PromptTemplate.named("medical-reasoning-tutorial");

        assertThat(template.inferencePrompt("Q")).endsWith("\n\n### Question:\nQ\n\n### Response:\n<think>");
        assertThat(template.name()).isEqualTo("medical-reasoning-tutorial");
    }

    @Test
    void resourcesHaveUnixLineEnds() {
        assertThat(PromptTemplate.names()).allSatisfy(name -> {
            assertThat(PromptTemplate.named(name).trainingText(EXAMPLE, ""))
                    .doesNotContain("\r")
                    .endsWith("</think>\nR");
            assertThat(PromptTemplate.named(name).inferencePrompt("Q")).doesNotContain("\r");
        });
    }

    @Test
    void valuesAreTakenLiterally() {
        // given
        ReasoningExample tricky = new ReasoningExample("{reasoning} $1 \\n", "{response}{question}", "${question}");
        PromptTemplate template = PromptTemplate.named(PromptTemplate.DEFAULT_NAME);

        // when / then
        assertThat(template.trainingText(tricky, "<end>"))
                .endsWith("### Question:\n{reasoning} $1 \\n\n\n### Response:\n<think>\n{response}{question}\n"
                        + "</think>\n${question}<end>");
        assertThat(template.inferencePrompt("{question}")).contains("### Question:\n{question}\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alpaca", "../prompts/medical-reasoning"})
    void anUnknownNameIsRefusedWithTheKnownOnes(String name) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> PromptTemplate.named(name))
                .withMessage("MEDTUNE000413: There is no prompt template '" + name + "'. Give one of: "
                        + "medical-reasoning, medical-reasoning-tutorial.");
    }
}
