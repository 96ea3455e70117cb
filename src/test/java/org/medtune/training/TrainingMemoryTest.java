package org.medtune.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.adapter.BiasTraining;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.model.Projection;
import org.medtune.model.Quantization;
import org.medtune.model.WeightMemory;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.testing.TargetModel;

class TrainingMemoryTest {

    private static final double GIB = 1L << 30;
    private static final ComputeDevice GPU = new ComputeDevice(true, 0);
    private static final LoraConfiguration LORA =
            new LoraConfiguration(16, 16, 0, EnumSet.allOf(Projection.class), BiasTraining.NONE, false);

    /** The peaks that the driver told of an H100, docs/performance.md: 2 rows of 2048 tokens of the 7B geometry. */
    @ParameterizedTest
    @CsvSource({"NONE, NONE, FLOAT32, 30.1", "ON, NONE, FLOAT32, 20.7", "ON, NF4, EIGHT_BIT, 8.4"})
    void isWhatWasMeasuredOnAnAccelerator(
            GradientCheckpointing mode, Quantization quantization, MomentStorage moments, double measured) {
        // when
        TrainingMemory memory = TrainingMemory.of(TargetModel.CONFIGURATION, LORA, GPU, ElementType.BFLOAT16,
                quantization, mode, moments, 4096);

        // then: within what the allocator holds beyond what it has been asked for
        long weights = WeightMemory.on(ComputeDevice.CPU, TargetModel.CONFIGURATION, ElementType.BFLOAT16,
                quantization).resident();
        assertThat((weights + memory.device()) / GIB).isCloseTo(measured, withPercentage(8));
        assertThat(memory.host()).isZero();
    }

    @Test
    void offloadingMovesTheLayersInputsToTheHost() {
        // when
        TrainingMemory kept = TrainingMemory.of(TargetModel.CONFIGURATION, LORA, GPU, ElementType.BFLOAT16,
                Quantization.NF4, GradientCheckpointing.ON, MomentStorage.EIGHT_BIT, 4096);
        TrainingMemory offloaded = TrainingMemory.of(TargetModel.CONFIGURATION, LORA, GPU, ElementType.BFLOAT16,
                Quantization.NF4, GradientCheckpointing.OFFLOAD, MomentStorage.EIGHT_BIT, 4096);

        // then: 28 layers, of which two are on the device at a time; 3584 numbers of 2 bytes for each token
        assertThat(offloaded.host()).isEqualTo(28L * 3584 * 2 * 4096);
        assertThat(kept.device() - offloaded.device()).isEqualTo(26L * 3584 * 2 * 4096);
    }
}
