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

    @Test
    void allIsEveryAcceleratorOrElseTheProcessor() {
        int present = TensorRuntime.acceleratorCount();

        assertThat(ComputeDevice.allNamed("all")).hasSize(Math.max(1, present)).doesNotHaveDuplicates()
                .allMatch(device -> device.accelerator() == present > 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "cpu"})
    void aListOfOneNameIsThatDevice(String name) {
        assertThat(ComputeDevice.allNamed(name)).containsExactly(ComputeDevice.named(name));
    }

    @Test
    void everyDeviceOfAListHasToBeThere() {
        assertThatThrownBy(() -> ComputeDevice.allNamed("gpu98, gpu99"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000101: The device gpu98 is not there");
    }

    @Test
    void theProcessorTellsItsNameAndComputesInBfloat16() {
        assertThat(ComputeDevice.CPU.description()).matches("cpu \\(.+, \\d+ processors\\)");
        assertThat(ComputeDevice.CPU.computesBfloat16()).isTrue();
        assertThat(ComputeDevice.CPU.hasFlashAttention()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu,cpu", "auto,cpu"})
    void theProcessorIsNamedByItself(String names) {
        assertThatThrownBy(() -> ComputeDevice.allNamed(names))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("MEDTUNE000540: device is '" + names + "'. Name each accelerator once, and the cpu only by "
                        + "itself.");
    }
}
