package org.medtune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;
import org.medtune.testing.Golden;

/** The forward pass against Transformers' numbers. */
class ForwardTest {

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
        return IntStream.range(0, Golden.json("forward").size());
    }

    @ParameterizedTest
    @MethodSource("prompts")
    void logitsEqualThoseOfTransformers(int prompt) {
        // given
        JsonNode golden = Golden.json("forward").get(prompt);
        int[] ids = Golden.ids(golden.get("ids"));
        float[] expected = Golden.floats(Golden.FOLDER.resolve("golden.safetensors"),
                "forward." + prompt + ".last8_logits");
        int vocabulary = model.configuration().vocabularySize();

        // when
        float[] logits;
        try (TensorScope scope = model.newScope()) {
            Tensor all = model.logits(scope, ids, model.noAdapter());
            logits = all.toFloatArray();
        }

        // then
        int offset = logits.length - expected.length;
        int[] argmax = Golden.ids(golden.get("argmax_last8"));
        for (int i = 0; i < expected.length; i++) {
            assertThat(logits[offset + i]).as("logit %d", i).isCloseTo(expected[i], within(1e-3f));
        }
        for (int position = 0; position < argmax.length; position++) {
            assertThat(argmax(logits, offset + position * vocabulary, vocabulary)).isEqualTo(argmax[position]);
        }
    }

    @ParameterizedTest
    @MethodSource("prompts")
    void negativeLogLikelihoodEqualsThatOfTransformers(int prompt) {
        // given
        JsonNode golden = Golden.json("forward").get(prompt);
        int[] ids = Golden.ids(golden.get("ids"));

        // when
        double mean = model.negativeLogLikelihood(List.of(ids), model.noAdapter()) / (ids.length - 1);

        // then
        assertThat(mean).isCloseTo(golden.get("mean_nll").asDouble(), within(1e-5));
    }

    @Test
    void rowsOfAMicroBatchDoNotSeeEachOther() {
        // given
        int[] first = Golden.ids(Golden.json("forward").get(0).get("ids"));
        int[] second = Golden.ids(Golden.json("forward").get(1).get("ids"));

        // when
        double together = model.negativeLogLikelihood(List.of(first, second), model.noAdapter());
        double alone = model.negativeLogLikelihood(List.of(first), model.noAdapter())
                + model.negativeLogLikelihood(List.of(second), model.noAdapter());

        // then
        assertThat(together).isCloseTo(alone, within(1e-3));
    }

    private static int argmax(float[] values, int start, int length) {
        return IntStream.range(0, length).reduce((a, b) -> values[start + b] > values[start + a] ? b : a).orElseThrow();
    }
}
