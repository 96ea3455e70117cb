package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.medtune.adapter.BiasTraining;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.adapter.LoraGradient;
import org.medtune.adapter.ModulePatterns;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.ModelFolder;
import org.medtune.model.Projection;
import org.medtune.model.Quantization;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.TensorRuntime;
import org.medtune.tensor.TensorScope;
import org.medtune.testing.Golden;
import org.medtune.testing.Noise;

/**
 * What an accelerator's fused kernels compute in bfloat16 against float32 on the processor. The tolerances are those of
 * bfloat16: 8 bits a number, so 0.4 % of a rounding, of which a gradient is a sum of many.
 */
@EnabledIf("hasAccelerator")
class AcceleratorGradientTest {

    private static final Random RANDOM = new Random(11);
    private static final List<int[]> ROWS = List.of(
            RANDOM.ints(60, 0, 8000).toArray(), RANDOM.ints(333, 0, 8000).toArray(), new int[] {5, 6});

    static boolean hasAccelerator() {
        return TensorRuntime.acceleratorCount() > 0;
    }

    static Stream<Arguments> modes() {
        LoraConfiguration all = new LoraConfiguration(8, 16, 0, EnumSet.allOf(Projection.class), BiasTraining.NONE,
                false);
        LoraConfiguration some = new LoraConfiguration(4, 8, 0, EnumSet.of(Projection.K, Projection.UP),
                BiasTraining.ALL, false);
        LoraConfiguration dropout = new LoraConfiguration(8, 16, 0.2, EnumSet.allOf(Projection.class),
                BiasTraining.NONE, false);
        LoraConfiguration patterned = new LoraConfiguration(8, 16, 0, EnumSet.allOf(Projection.class),
                BiasTraining.NONE, false, new ModulePatterns(Map.of("k_proj", 4.0, "down_proj", 24.0)),
                new ModulePatterns(Map.of("up_proj", 5.0, "layers.1.self_attn.v_proj", 40.0)));
        return Stream.of(
                Arguments.of(all, GradientCheckpointing.NONE, Quantization.NONE),
                Arguments.of(all, GradientCheckpointing.ON, Quantization.NONE),
                Arguments.of(all, GradientCheckpointing.OFFLOAD, Quantization.NONE),
                Arguments.of(all, GradientCheckpointing.NONE, Quantization.NF4),
                Arguments.of(all, GradientCheckpointing.ON, Quantization.NF4),
                Arguments.of(some, GradientCheckpointing.NONE, Quantization.NONE),
                Arguments.of(some, GradientCheckpointing.ON, Quantization.NF4),
                Arguments.of(patterned, GradientCheckpointing.NONE, Quantization.NONE),
                Arguments.of(patterned, GradientCheckpointing.ON, Quantization.NF4),
                Arguments.of(dropout, GradientCheckpointing.ON, Quantization.NONE));
    }

    @ParameterizedTest
    @MethodSource("modes")
    void lossAndGradientAreThoseOfTheProcessor(LoraConfiguration configuration, GradientCheckpointing checkpointing,
            Quantization quantization) {
        // when
        Result processor = compute(ComputeDevice.CPU, ElementType.FLOAT32, configuration, checkpointing, quantization);
        Result accelerator = compute(ComputeDevice.named("gpu0"), ElementType.BFLOAT16, configuration, checkpointing,
                quantization);

        // then
        assertThat(accelerator.loss()).isCloseTo(processor.loss(), Percentage.withPercentage(0.5));
        assertThat(Noise.between(accelerator.gradient(), processor.gradient())).isCloseTo(0, within(0.03));
    }

    private record Result(double loss, float[] gradient) {}

    private static Result compute(ComputeDevice device, ElementType type, LoraConfiguration configuration,
            GradientCheckpointing checkpointing, Quantization quantization) {
        try (CausalLanguageModel model =
                        CausalLanguageModel.load(ModelFolder.open(Golden.MODEL), device, type, quantization);
                LoraAdapter adapter = LoraAdapter.initialize(model, configuration, 5);
                LoraGradient gradient = adapter.newGradient();
                TensorScope scope = model.newScope()) {
            Noise.add(scope, adapter);
            double loss = new GradientAccumulator(model, adapter, gradient, checkpointing)
                    .accumulate(ROWS, 1.0 / 400, 77);
            gradient.complete();
            return new Result(loss, gradient.flat().toFloatArray());
        }
    }
}
