package org.medtune.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.medtune.InvalidInputException;
import org.medtune.adapter.AdapterFolder;
import org.medtune.adapter.LoraAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.ModelFolder;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.testing.Golden;

/** Greedy continuations against Transformers'. */
class TextGeneratorTest {

    private static final int END_OF_SENTENCE = 8185;

    private static CausalLanguageModel model;

    @BeforeAll
    static void load() {
        model = CausalLanguageModel.load(ModelFolder.open(Golden.MODEL), ComputeDevice.CPU, ElementType.FLOAT32);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    static IntStream prompts() {
        return IntStream.range(0, Golden.json("greedy").size());
    }

    static IntStream promptsAfterTraining() {
        return IntStream.range(0, Golden.json("train").get(0).get("greedy_after").size());
    }

    @ParameterizedTest
    @MethodSource("prompts")
    void theBaseModelContinuesAsInTransformers(int prompt) {
        // given
        JsonNode golden = Golden.json("greedy").get(prompt);

        // when
        int[] generated = new TextGenerator(model).greedy(Golden.ids(golden.get("prompt_ids")), 64,
                Set.of(END_OF_SENTENCE), model.noAdapter());

        // then
        assertThat(generated).isEqualTo(Golden.ids(golden.get("new_ids")));
    }

    @ParameterizedTest
    @MethodSource("promptsAfterTraining")
    void theFineTunedModelContinuesAsInTransformers(int prompt) {
        // given
        JsonNode golden = Golden.json("train").get(0).get("greedy_after").get(prompt);
        int[] expected = Golden.ids(golden.get("new_ids"));

        try (LoraAdapter adapter = AdapterFolder.open(Golden.FOLDER.resolve("lora-r16-final")).load(model)) {
            // when
            int[] generated = new TextGenerator(model).greedy(Golden.ids(golden.get("prompt_ids")), expected.length,
                    Set.of(END_OF_SENTENCE), adapter.active());

            // then
            assertThat(generated).isEqualTo(expected);
        }
    }

    @Test
    void aPromptBeyondTheContextIsRefusedWithTheNumbers() {
        // given
        int[] prompt = new int[2000];

        // then
        assertThatThrownBy(() -> new TextGenerator(model).greedy(prompt, 100, Set.of(), model.noAdapter()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000600: ")
                .hasMessageContaining("2000 tokens")
                .hasMessageContaining("2048");
    }
}
