package org.medtune.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;

class ComputeDeviceTest {

    @Test
    void autoIsTheFirstAcceleratorOrElseTheProcessor() {
        assertThat(ComputeDevice.named("auto").deviceName())
                .isEqualTo(TensorRuntime.acceleratorCount() > 0 ? "gpu0" : "cpu");
    }

    @Test
    void theProcessorIsAlwaysThere() {
        assertThat(ComputeDevice.named("cpu")).isEqualTo(ComputeDevice.CPU);
        assertThat(ComputeDevice.CPU.deviceName()).isEqualTo("cpu");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpu77", "gpu999"})
    void anAcceleratorThatIsNotThereIsRefusedWithTheNumberPresent(String name) {
        assertThatThrownBy(() -> ComputeDevice.named(name))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000101: ")
                .hasMessageContaining(name)
                .hasMessageContaining("has " + TensorRuntime.acceleratorCount() + " usable accelerator(s)")
                .hasMessageContaining("device=cpu");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gpu", "gpu-1", "gpu0 ", "cuda:0", "CPU", "gpu1000", "tpu0"})
    void aNameThatMeansNothingIsRefused(String name) {
        assertThatThrownBy(() -> ComputeDevice.named(name))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000100: ")
                .hasMessageContaining("'" + name + "'")
                .hasMessageContaining("auto, cpu, or gpu0");
    }
}
