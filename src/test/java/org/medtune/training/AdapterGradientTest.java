package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.medtune.adapter.BiasTraining;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.adapter.LoraGradient;
import org.medtune.adapter.ModulePatterns;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.ModelFolder;
import org.medtune.model.Projection;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.TensorScope;
import org.medtune.testing.Golden;
import org.medtune.testing.Noise;

/** The written-out backward pass against the slope of the loss, which needs no derivation. */
class AdapterGradientTest {

    private static final Random RANDOM = new Random(11);
    private static final List<int[]> ROWS = List.of(
            RANDOM.ints(60, 0, 8000).toArray(), RANDOM.ints(33, 0, 8000).toArray());

    private static CausalLanguageModel model;

    @BeforeAll
    static void load() {
        model = CausalLanguageModel.load(ModelFolder.open(Golden.MODEL), ComputeDevice.CPU, ElementType.FLOAT32);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    static Stream<LoraConfiguration> configurations() {
        Set<Projection> all = EnumSet.allOf(Projection.class);
        return Stream.of(
                new LoraConfiguration(8, 16, 0, all, BiasTraining.NONE, false),
                new LoraConfiguration(8, 16, 0, all, BiasTraining.NONE, true),
                new LoraConfiguration(4, 16, 0.3, all, BiasTraining.NONE, false),
                new LoraConfiguration(4, 8, 0, all, BiasTraining.ALL, false),
                new LoraConfiguration(4, 8, 0.1, EnumSet.of(Projection.K, Projection.UP), BiasTraining.LORA_ONLY, false),
                new LoraConfiguration(4, 8, 0, EnumSet.of(Projection.Q, Projection.V), BiasTraining.ALL, false),
                new LoraConfiguration(4, 8, 0, EnumSet.of(Projection.DOWN), BiasTraining.NONE, false),
                new LoraConfiguration(4, 4, 0, all, BiasTraining.NONE, false,
                        new ModulePatterns(Map.of("down_proj", 8.0, "k_proj", 2.0)),
                        new ModulePatterns(Map.of("v_proj", 20.0, "layers.2.mlp.up_proj", 1.0))),
                new LoraConfiguration(4, 4, 0.2, all, BiasTraining.ALL, true,
                        new ModulePatterns(Map.of("o_proj", 16.0)), ModulePatterns.NONE));
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void theGradientIsTheSlopeOfTheLoss(LoraConfiguration configuration) {
        // given: an adapter whose B is not zero, so that A has a gradient too
        try (LoraAdapter adapter = LoraAdapter.initialize(model, configuration, 5);
                LoraGradient gradient = adapter.newGradient();
                TensorScope scope = model.newScope()) {
            Noise.add(scope, adapter);
            GradientAccumulator accumulator = new GradientAccumulator(model, adapter, gradient,
                    GradientCheckpointing.NONE);

            // when
            accumulator.accumulate(ROWS, 1.0, 77);
            gradient.complete();
            float[] g = gradient.flat().toFloatArray();
            double squaredNorm = 0;
            for (float v : g) {
                squaredNorm += (double) v * v;
            }

            // then: along the gradient the loss rises by its squared norm
            double step = 0.5 / squaredNorm;
            double up = lossAt(scope, adapter, gradient, accumulator, g, step);
            double down = lossAt(scope, adapter, gradient, accumulator, g, -step);
            assertThat((up - down) / (2 * step)).isCloseTo(squaredNorm, Percentage.withPercentage(1.0));
        }
    }

    private static double lossAt(TensorScope scope, LoraAdapter adapter, LoraGradient gradient,
            GradientAccumulator accumulator, float[] direction, double step) {
        var tensor = scope.copyOf(bytes(direction), ElementType.FLOAT32, direction.length);
        scope.call("add_scaled", adapter.parameters(), tensor, step);
        adapter.refresh();
        gradient.clear();
        double loss = accumulator.accumulate(ROWS, 1.0, 77);
        scope.call("add_scaled", adapter.parameters(), tensor, -step);
        adapter.refresh();
        return loss;
    }

    private static java.nio.ByteBuffer bytes(float[] values) {
        var bytes = java.nio.ByteBuffer.allocateDirect(values.length * Float.BYTES)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }
}
