package org.medtune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.medtune.RecoverableException;
import org.medtune.StopSignal;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorRuntime;
import org.medtune.tensor.TensorScope;
import org.medtune.testing.CapturedLog;
import org.medtune.testing.Golden;

@DisplayName("The memory of a model's weights")
class WeightMemoryTest {

    private static final ModelFolder FOLDER = ModelFolder.open(Golden.MODEL);

    static Stream<Arguments> kinds() {
        return Stream.of(ElementType.FLOAT32, ElementType.BFLOAT16).flatMap(type ->
                Stream.of(Quantization.values()).map(quantization -> Arguments.of(type, quantization)));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    @DisplayName("is what the loaded tensors take")
    void isWhatIsTaken(ElementType type, Quantization quantization) {
        try (TensorScope scope = TensorRuntime.on(ComputeDevice.CPU).newScope()) {
            // when
            ModelWeights weights =
                    ModelWeights.load(FOLDER, scope, type, quantization, Optional.empty(), Set.of(),
                            StopSignal.NEVER);

            // then
            List<Tensor> all = new ArrayList<>(List.of(weights.embedding(), weights.finalNorm()));
            long quantized = 0;
            for (int layer = 0; layer < FOLDER.configuration().layers(); layer++) {
                for (int i = 0; i < weights.layer(layer).size(); i++) {
                    boolean matrix = List.of(1, 3, 6, 8).contains(i);
                    if (matrix && quantization == Quantization.NF4) {
                        quantized += weights.layer(layer).get(i).size();
                    } else {
                        all.add(weights.layer(layer).get(i));
                    }
                }
            }
            long bytes = all.stream().mapToLong(t -> t.size() * type.bytes()).sum() + quantized;
            assertThat(WeightMemory.of(FOLDER.configuration(), type, quantization).resident()).isEqualTo(bytes);
        }
    }

    @Test
    @DisplayName("of the 7B model is 15.2 GB in 16 bits and 5.6 GB with projections in 4")
    void sevenBillionParameters() {
        ModelConfiguration seven = new ModelConfiguration("qwen2", 3584, 18944, 28, 28, 4, 128, 152064, 1e-6,
                FOLDER.configuration().rotaryEmbedding(), false, true, false, false, 131072, List.of());

        assertThat(WeightMemory.of(seven, ElementType.BFLOAT16, Quantization.NONE).resident())
                .isEqualTo(2L * 7_615_616_512L);
        // 6,525,288,448 weights of projections and 1,090,328,064 others
        assertThat(WeightMemory.of(seven, ElementType.BFLOAT16, Quantization.NF4).resident())
                .isBetween(2 * 1_090_328_064L + 6_525_288_448L / 2, 5_600_000_000L);
    }

    @Test
    @DisplayName("is told before it is taken")
    void isTold() {
        try (CapturedLog log = new CapturedLog()) {
            // when
            CausalLanguageModel.load(FOLDER, ComputeDevice.CPU, ElementType.BFLOAT16, Quantization.NF4).close();

            // then
            assertThat(log.lines().get(0)).startsWith("INFO MEDTUNE000512: The weights of " + Golden.MODEL)
                    .contains("as BF16 with quantization nf4, will take 10 MiB on cpu", "MiB are free");
            assertThat(log.lines().get(1)).startsWith("INFO MEDTUNE000213: Loaded the model");
        }
    }

    @Test
    @DisplayName("is refused with numbers where there is less")
    void isRefused() {
        // given
        WeightMemory memory = WeightMemory.of(FOLDER.configuration(), ElementType.FLOAT32, Quantization.NONE);
        OptionalLong enough = OptionalLong.of(memory.resident() + memory.loading());

        // then
        memory.requireAtMost(enough, FOLDER, ComputeDevice.CPU, ElementType.FLOAT32, Quantization.NONE);
        memory.requireAtMost(OptionalLong.empty(), FOLDER, ComputeDevice.CPU, ElementType.FLOAT32, Quantization.NONE);
        assertThatThrownBy(() -> memory.requireAtMost(OptionalLong.of(enough.getAsLong() - 1), FOLDER,
                ComputeDevice.CPU, ElementType.FLOAT32, Quantization.NONE))
                .isInstanceOf(RecoverableException.class)
                .hasMessageStartingWith("MEDTUNE000513: To load " + Golden.MODEL + ", as F32 with quantization none, "
                        + "takes " + (enough.getAsLong() >> 20) + " MiB on cpu, where " + (enough.getAsLong() - 1 >> 20)
                        + " MiB are free.")
                .hasMessageContaining("load.in.4bit=true");
    }
}
