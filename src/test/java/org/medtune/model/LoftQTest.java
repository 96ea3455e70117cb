package org.medtune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorRuntime;
import org.medtune.tensor.TensorScope;
import org.medtune.testing.Golden;

@DisplayName("LoftQ")
class LoftQTest {

    private static final ModelFolder FOLDER = ModelFolder.open(Golden.MODEL);

    private static CausalLanguageModel plain;

    @BeforeAll
    static void load() {
        plain = CausalLanguageModel.load(FOLDER, ComputeDevice.CPU, ElementType.FLOAT32, Quantization.NF4);
    }

    @AfterAll
    static void close() {
        plain.close();
    }

    private static Stream<JsonNode> records() throws IOException {
        JsonNode all = new ObjectMapper().readTree(Golden.FOLDER.resolve("loftq.json").toFile());
        return StreamSupport.stream(all.spliterator(), false);
    }

    @Test
    @DisplayName("comes as close to the model's files as an exact decomposition in numpy does")
    void likeNumpy() throws IOException {
        try (TensorScope scope = plain.newScope()) {
            for (JsonNode golden : records().toList()) {
                // when
                double[] norms = norms(scope, plain, golden.get("module").asText(), golden.get("rank").asInt());

                // then
                assertThat(norms[0]).isCloseTo(golden.get("nf4").asDouble(), Percentage.withPercentage(0.02));
                assertThat(norms[1]).isCloseTo(golden.get("loftq").get(0).asDouble(), Percentage.withPercentage(0.02))
                        .isLessThan(norms[0]);
            }
        }
    }

    @ParameterizedTest(name = "{1} iterations at rank {0}")
    @CsvSource({"1, 2", "8, 3", "16, 2"})
    @DisplayName("comes closer with every iteration, as close as in numpy")
    void iterationsLikeNumpy(int rank, int iterations) throws IOException {
        try (CausalLanguageModel model = load(ElementType.FLOAT32, iterations, rank);
                TensorScope scope = model.newScope()) {
            for (JsonNode golden : records().filter(one -> one.get("rank").asInt() == rank).toList()) {
                // when
                double[] norms = norms(scope, model, golden.get("module").asText(), rank);

                // then
                double expected = golden.get("loftq").get(iterations - 1).asDouble();
                assertThat(norms[1]).isCloseTo(expected, Percentage.withPercentage(0.02)).isLessThan(norms[0])
                        .isLessThan(golden.get("loftq").get(iterations - 2).asDouble());
            }
        }
    }

    @ParameterizedTest(name = "{0} at rank {1}")
    @CsvSource({"self_attn.v_proj, 1", "self_attn.v_proj, 16", "mlp.down_proj, 8", "self_attn.k_proj, 200"})
    @DisplayName("gives factors that leave as much as it says, by W - (Q + L R) in float64")
    void factors(String path, int rank) {
        Projection projection = projection(path);
        CausalLanguageModel model = plain;
        try (TensorScope scope = model.newScope()) {
            // given
            int outputs = projection.outputs(model.configuration());
            int inputs = projection.inputs(model.configuration());
            Tensor weight = ModelWeights.read(FOLDER, scope, WeightNames.weight(4, projection));
            Nf4Matrix matrix = new Nf4Matrix(scope, ElementType.FLOAT32);
            matrix.addAll(weight);
            matrix.endMatrix();
            float[] w = weight.toFloatArray();
            float[] q = scope.callForTensor("nf4_dense", matrix.bytes(), inputs,
                    List.of(scope.zeros(ElementType.FLOAT32, outputs, 0)), ElementType.FLOAT32.scalarType())
                    .toFloatArray();

            // when
            List<Tensor> factors = model.lossOfQuantization(scope, FOLDER, 4, projection, rank);
            float[] l = factors.get(0).toFloatArray();
            float[] r = factors.get(1).toFloatArray();

            // then
            assertThat(factors.get(0).shape()).containsExactly(outputs, rank);
            assertThat(factors.get(1).shape()).containsExactly(rank, inputs);
            double without = 0;
            double with = 0;
            for (int i = 0; i < w.length; i++) {
                double lost = (double) w[i] - q[i];
                without += lost * lost;
                for (int k = 0; k < rank; k++) {
                    lost -= (double) l[i / inputs * rank + k] * r[k * inputs + i % inputs];
                }
                with += lost * lost;
            }
            double[] norms = norms(factors);
            assertThat(Math.sqrt(without)).isCloseTo(norms[0], Percentage.withPercentage(1e-3));
            if (rank < outputs) {
                assertThat(Math.sqrt(with)).isCloseTo(norms[1], Percentage.withPercentage(1e-2)).isLessThan(norms[0]);
            } else {
                // beyond the matrix' own rank nothing is left but rounding
                assertThat(Math.sqrt(with)).isLessThan(1e-4 * norms[0]);
            }
        }
    }

    @Test
    @DisplayName("makes up for what the type of the products loses too")
    void inBfloat16() throws IOException {
        try (CausalLanguageModel model = load(ElementType.BFLOAT16, 2, 8);
                TensorScope scope = model.newScope()) {
            for (JsonNode golden : records().filter(one -> one.get("rank").asInt() == 8).toList()) {
                assertThat(norms(scope, model, golden.get("module").asText(), 8)[1])
                        .isLessThan(golden.get("loftq").get(0).asDouble());
            }
        }
    }

    @Test
    @EnabledIf("hasAccelerator")
    @DisplayName("comes as close on an accelerator, in the type that it computes in")
    void onAnAccelerator() throws IOException {
        LoftQ twice = new LoftQ(2, Collections.nCopies(6, Collections.nCopies(Projection.values().length, 8)));
        try (CausalLanguageModel model = CausalLanguageModel.load(FOLDER, ComputeDevice.named("gpu0"),
                        ElementType.BFLOAT16, Quantization.NF4, Optional.of(twice));
                TensorScope scope = model.newScope()) {
            for (JsonNode golden : records().filter(one -> one.get("rank").asInt() == 8).toList()) {
                assertThat(norms(scope, model, golden.get("module").asText(), 8)[1])
                        .isCloseTo(golden.get("loftq").get(1).asDouble(), Percentage.withPercentage(1));
            }
        }
    }

    static boolean hasAccelerator() {
        return TensorRuntime.acceleratorCount() > 0;
    }

    @Test
    @DisplayName("leaves the base as it is with one iteration, and where there is no adapter")
    void plainBase() {
        try (CausalLanguageModel one = load(ElementType.FLOAT32, 1, 8);
                CausalLanguageModel none = load(ElementType.FLOAT32, 3, 0);
                CausalLanguageModel three = load(ElementType.FLOAT32, 3, 8)) {
            float[] expected = logits(plain);
            assertThat(logits(one)).isEqualTo(expected);
            assertThat(logits(none)).isEqualTo(expected);
            assertThat(logits(three)).isNotEqualTo(expected);
        }
    }

    @Test
    @DisplayName("makes the same base every time")
    void deterministic() {
        try (CausalLanguageModel first = load(ElementType.FLOAT32, 2, 8);
                CausalLanguageModel second = load(ElementType.FLOAT32, 2, 8)) {
            assertThat(logits(second)).isEqualTo(logits(first));
        }
    }

    @Test
    @DisplayName("needs an iteration")
    void iterations() {
        assertThatThrownBy(() -> new LoftQ(0, List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    /** A model with the adapter on the modules of the record only. */
    private static CausalLanguageModel load(ElementType type, int iterations, int rank) {
        Set<String> recorded;
        try {
            recorded = records().map(one -> "model." + one.get("module").asText()).collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        LoftQ loftQ = new LoftQ(iterations, IntStream.range(0, 6).mapToObj(layer -> Arrays.stream(Projection.values())
                .map(p -> recorded.contains(WeightNames.module(layer, p)) ? rank : 0).toList()).toList());
        return CausalLanguageModel.load(
                FOLDER, ComputeDevice.CPU, type, Quantization.NF4, Optional.of(loftQ));
    }

    private static double[] norms(TensorScope scope, CausalLanguageModel model, String module, int rank) {
        String[] parts = module.split("\\.", 3);
        return norms(model.lossOfQuantization(
                scope, FOLDER, Integer.parseInt(parts[1]), projection(parts[2]), rank));
    }

    private static double[] norms(List<Tensor> factors) {
        var squares = factors.get(2).toBytes().asDoubleBuffer();
        return new double[] {Math.sqrt(squares.get(0)), Math.sqrt(squares.get(1))};
    }

    private static Projection projection(String path) {
        return Stream.of(Projection.values()).filter(p -> p.path().equals(path)).findFirst().orElseThrow();
    }

    private static float[] logits(CausalLanguageModel model) {
        try (TensorScope scope = model.newScope()) {
            int[] ids = Golden.ids(Golden.json("forward").get(0).get("ids"));
            return model.logits(scope, ids, model.noAdapter()).toFloatArray();
        }
    }
}
