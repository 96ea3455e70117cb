package org.medtune.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.medtune.testing.Golden;

class TokenSamplerTest {

    private static final int DRAWS = 40_000;

    static List<JsonNode> cases() throws IOException {
        JsonNode root = new ObjectMapper().readTree(Golden.FOLDER.resolve("sampling.json").toFile());
        return StreamSupport.stream(root.get("cases").spliterator(), false).toList();
    }

    @ParameterizedTest(name = "case {index}")
    @MethodSource("cases")
    @DisplayName("Tokens come as often as Transformers' logits processors make them probable, and others never")
    void drawsFromTransformersDistribution(JsonNode golden) {
        // given
        TokenSampler sampler = new TokenSampler(new SamplingParameters(golden.get("temperature").asDouble(),
                golden.get("top_p").asDouble(), golden.get("top_k").asInt(),
                golden.get("repetition_penalty").asDouble(), 11, 1, List.of()));
        float[] logits = floats(golden.get("logits"));
        BitSet present = new BitSet();
        golden.get("present").forEach(token -> present.set(token.asInt()));

        // when
        int[] counts = new int[logits.length];
        IntStream.range(0, DRAWS).forEach(position -> counts[sampler.next(logits, present, position)]++);

        // then: within five standard deviations
        for (int token = 0; token < logits.length; token++) {
            double probability = golden.get("probabilities").get(token).asDouble();
            double deviation = Math.sqrt(probability * (1 - probability) / DRAWS);
            assertThat(counts[token] / (double) DRAWS).as("share of token %d", token)
                    .isCloseTo(probability, within(5 * deviation + 1e-9));
        }
    }

    @Test
    void temperatureZeroTakesTheHighestLogitAfterThePenalty() {
        // given
        float[] logits = {1, 3, 2.5f, -1};
        BitSet present = new BitSet();
        present.set(1);

        // then
        assertThat(new TokenSampler(SamplingParameters.greedy(1)).next(logits, present, 0)).isEqualTo(1);
        assertThat(new TokenSampler(SamplingParameters.greedy(1)).takesMostLikely()).isTrue();
        TokenSampler penalised = new TokenSampler(new SamplingParameters(0, 1, 0, 1.3, 0, 1, List.of()));
        assertThat(penalised.next(logits, present, 0)).isEqualTo(2);
        assertThat(penalised.takesMostLikely()).isFalse();
    }

    @Test
    void aDrawIsAFunctionOfSeedAndPlaceAndSpreadsEvenly() {
        double[] numbers = IntStream.range(0, 10_000).mapToDouble(i -> TokenSampler.uniform(7, i)).toArray();

        assertThat(numbers).doesNotHaveDuplicates();
        assertThat(IntStream.range(0, 10_000).allMatch(i -> numbers[i] >= 0 && numbers[i] < 1)).isTrue();
        assertThat(IntStream.range(0, 10_000).mapToDouble(i -> TokenSampler.uniform(7, i)).toArray())
                .isEqualTo(numbers);
        assertThat(IntStream.range(0, 10_000).mapToDouble(i -> numbers[i]).average().orElseThrow())
                .isCloseTo(0.5, within(0.015));
        assertThat(TokenSampler.uniform(8, 0)).isNotEqualTo(numbers[0]);
    }

    private static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) array.get(i).asDouble();
        }
        return values;
    }
}
