package org.medtune.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A bootstrap interval")
class BootstrapTest {

    private static final ToDoubleFunction<double[]> MEAN = sums -> sums[0] / sums[1];

    static Stream<JsonNode> golden() throws IOException {
        JsonNode json = new ObjectMapper().readTree(
                Path.of("src/test/resources/evaluation/bootstrap.json").toFile());
        return StreamSupport.stream(json.get("cases").spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("golden")
    @DisplayName("is that of scipy, but for the chance in the draws")
    void scipy(JsonNode golden) {
        // given
        List<double[]> base = vectors(golden.get("base"), golden.get("weights"));
        List<double[]> fineTuned = vectors(golden.get("fineTuned"), golden.get("weights"));

        // when
        Interval interval = new Bootstrap(1, 100_000).difference(base, fineTuned, MEAN).orElseThrow();

        // then: an end of 100,000 draws has a standard deviation of about 0.009 standard errors
        double tolerance = 0.05 * golden.get("standardError").asDouble();
        assertThat(interval.low()).isCloseTo(golden.get("low").asDouble(), within(tolerance));
        assertThat(interval.high()).isCloseTo(golden.get("high").asDouble(), within(tolerance));
    }

    @Test
    @DisplayName("follows from the seed, and is narrow where both models move together")
    void seed() {
        // given: rows that differ much, and a model that is better by nearly the same on each
        List<double[]> base = Stream.of(1.0, 5.0, 2.0, 9.0, 4.0).map(v -> new double[] {v, 1}).toList();
        List<double[]> better = Stream.of(0.9, 4.8, 1.9, 8.8, 3.9).map(v -> new double[] {v, 1}).toList();

        // when
        Interval interval = new Bootstrap(3407, 1000).difference(base, better, MEAN).orElseThrow();

        // then
        assertThat(interval).isEqualTo(new Bootstrap(3407, 1000).difference(base, better, MEAN).orElseThrow());
        assertThat(interval.low()).isBetween(-0.2, -0.1);
        assertThat(interval.high()).isBetween(-0.2, -0.1 + 1e-9);
        assertThat(interval.excludesZero()).isTrue();
    }

    @Test
    @DisplayName("ends between two draws, as numpy's percentile does")
    void interpolates() {
        // given: three draws, whose statistics are remembered
        List<double[]> base = Stream.of(1.0, 5.0, 2.0, 9.0).map(v -> new double[] {v, 1}).toList();
        List<double[]> other = Stream.of(2.0, 1.0, 7.0, 3.0).map(v -> new double[] {v, 1}).toList();
        List<Double> seen = new ArrayList<>();

        // when
        Interval interval = new Bootstrap(5, 3).difference(base, other, sums -> {
            seen.add(MEAN.applyAsDouble(sums));
            return seen.get(seen.size() - 1);
        }).orElseThrow();

        // then: the 2.5th percentile of three is 5 % of the way from the first to the second
        double[] drawn = Stream.of(0, 2, 4).mapToDouble(i -> seen.get(i) - seen.get(i + 1)).sorted().toArray();
        assertThat(drawn[0]).isLessThan(drawn[1]);
        assertThat(drawn[1]).isLessThan(drawn[2]);
        assertThat(interval.low()).isCloseTo(drawn[0] + 0.05 * (drawn[1] - drawn[0]), within(1e-12));
        assertThat(interval.high()).isCloseTo(drawn[2] - 0.05 * (drawn[2] - drawn[1]), within(1e-12));
    }

    @Test
    @DisplayName("is not made of a single row, nor where a draw has no figure")
    void none() {
        List<double[]> one = List.of(new double[] {1, 1});
        List<double[]> withoutTokens = List.of(new double[] {1, 1}, new double[] {0, 0});

        assertThat(new Bootstrap(1, 100).difference(one, one, MEAN)).isEmpty();
        assertThat(new Bootstrap(1, 100).difference(withoutTokens, withoutTokens, MEAN)).isEmpty();
    }

    private static List<double[]> vectors(JsonNode values, JsonNode weights) {
        List<double[]> vectors = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            vectors.add(new double[] {values.get(i).asDouble() * weights.get(i).asDouble(), weights.get(i).asDouble()});
        }
        return vectors;
    }
}
