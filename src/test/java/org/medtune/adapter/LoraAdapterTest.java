package org.medtune.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.medtune.model.ActiveAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.Projection;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.TensorScope;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.Golden;

/** The state in which training begins. */
class LoraAdapterTest {

    private static final Set<Projection> ALL = EnumSet.allOf(Projection.class);
    private static final Map<ElementType, CausalLanguageModel> MODELS = new EnumMap<>(ElementType.class);

    @BeforeAll
    static void load() {
        for (ElementType type : List.of(ElementType.FLOAT32, ElementType.BFLOAT16)) {
            MODELS.put(type, EmbeddedModel.load(type));
        }
    }

    @AfterAll
    static void close() {
        MODELS.values().forEach(CausalLanguageModel::close);
    }

    static Stream<Arguments> typesAndBiases() {
        return Stream.of(ElementType.FLOAT32, ElementType.BFLOAT16)
                .flatMap(type -> Arrays.stream(BiasTraining.values()).map(bias -> Arguments.of(type, bias)));
    }

    @ParameterizedTest
    @EnumSource
    void everyBIsZeroAndEveryAFillsKaimingsRange(Projection projection) {
        // given
        LoraConfiguration lora = new LoraConfiguration(16, 16, 0, EnumSet.of(projection), BiasTraining.NONE, false);
        try (LoraAdapter adapter = LoraAdapter.initialize(MODELS.get(ElementType.FLOAT32), lora, 3407)) {
            float[] all = adapter.parameters().toFloatArray();

            for (AdapterLayout.Parameter parameter : adapter.layout().parameters()) {
                float[] values = Arrays.copyOfRange(all, (int) parameter.offset(),
                        (int) parameter.offset() + parameter.elements());
                if (parameter.kind() == AdapterLayout.Kind.B) {
                    assertThat(values).containsOnly(0f);
                    continue;
                }

                // then: uniform in (-bound, bound) has mean 0 and variance bound^2 / 3; five standard errors of each,
                // with the fourth moment bound^4 / 5 for the variance's own
                double bound = 1 / Math.sqrt(projection.inputs(MODELS.get(ElementType.FLOAT32).configuration()));
                double n = values.length;
                double mean = IntStream.range(0, values.length).mapToDouble(i -> values[i]).sum() / n;
                double variance = IntStream.range(0, values.length).mapToDouble(i -> values[i] * (double) values[i])
                        .sum() / n;
                double widest = IntStream.range(0, values.length).mapToDouble(i -> Math.abs(values[i])).max().orElse(0);
                assertThat(widest).isLessThanOrEqualTo(bound * (1 + 1e-6)).isGreaterThan(0.99 * bound);
                assertThat(mean).isCloseTo(0, within(5 * bound / Math.sqrt(3 * n)));
                assertThat(variance).isCloseTo(bound * bound / 3,
                        within(5 * bound * bound * Math.sqrt((1.0 / 5 - 1.0 / 9) / n)));
            }
        }
    }

    @Test
    void theSeedDecidesTheDraws() {
        // then
        assertThat(initial(1)).isEqualTo(initial(1)).isNotEqualTo(initial(2));
    }

    @Test
    void noTwoMatricesAreDrawnAlike() {
        // given
        LoraConfiguration lora = new LoraConfiguration(4, 8, 0, ALL, BiasTraining.NONE, false);
        try (LoraAdapter adapter = LoraAdapter.initialize(MODELS.get(ElementType.FLOAT32), lora, 1)) {
            float[] all = adapter.parameters().toFloatArray();

            // then
            assertThat(adapter.layout().parameters().stream()
                    .filter(parameter -> parameter.kind() == AdapterLayout.Kind.A)
                    .map(parameter -> all[(int) parameter.offset()] * Math.sqrt(parameter.columns())))
                    .doesNotHaveDuplicates();
        }
    }

    @ParameterizedTest
    @MethodSource("typesAndBiases")
    void aNewAdapterLeavesEveryLogitAsItIs(ElementType type, BiasTraining bias) {
        // given
        CausalLanguageModel model = MODELS.get(type);
        LoraConfiguration lora = new LoraConfiguration(8, 16, 0.1, ALL, bias, false);
        try (LoraAdapter adapter = LoraAdapter.initialize(model, lora, 1)) {
            // then
            assertThat(logits(model, adapter.active())).isEqualTo(logits(model, model.noAdapter()));
        }
    }

    @ParameterizedTest
    @MethodSource("typesAndBiases")
    void aChangeShowsAfterRefresh(ElementType type, BiasTraining bias) {
        // given
        CausalLanguageModel model = MODELS.get(type);
        LoraConfiguration lora = new LoraConfiguration(8, 16, 0, EnumSet.of(Projection.V), bias, false);
        try (LoraAdapter adapter = LoraAdapter.initialize(model, lora, 1);
                TensorScope scope = model.newScope()) {
            // when
            scope.call("fill", adapter.parameters(), 0.1);
            adapter.refresh();

            // then
            assertThat(logits(model, adapter.active())).isNotEqualTo(logits(model, model.noAdapter()));
        }
    }

    private static float[] initial(long seed) {
        LoraConfiguration lora = new LoraConfiguration(4, 8, 0, ALL, BiasTraining.NONE, false);
        try (LoraAdapter adapter = LoraAdapter.initialize(MODELS.get(ElementType.FLOAT32), lora, seed)) {
            return adapter.parameters().toFloatArray();
        }
    }

    private static float[] logits(CausalLanguageModel model, ActiveAdapter adapter) {
        try (TensorScope scope = model.newScope()) {
            return model.logits(scope, Golden.ids(Golden.json("forward").get(0).get("ids")), adapter).toFloatArray();
        }
    }
}
