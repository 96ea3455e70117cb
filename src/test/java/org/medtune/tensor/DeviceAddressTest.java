package org.medtune.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.pytorch.engine.PtNDArray;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** The way by which the fused kernels find a tensor, tried where its memory can be read. */
class DeviceAddressTest {

    private static final float[] VALUES = {1, 2, 3, 4, 5, 6};

    @Test
    void isWhereTheElementsAre() {
        try (TensorScope scope = TensorRuntime.on(ComputeDevice.CPU).newScope()) {
            // given
            Tensor matrix = matrix(scope);

            // when / then
            assertThat(new Pointer(DeviceAddress.of(matrix)).getFloatArray(0, VALUES.length)).containsExactly(VALUES);
            Tensor rows = scope.callForTensor("rows", matrix, 1, 3);
            assertThat(new Pointer(DeviceAddress.of(rows)).getFloatArray(0, 4)).containsExactly(3, 4, 5, 6);
        }
    }

    @Test
    void refusesElementsWithGapsBetweenThem() {
        try (TensorScope scope = TensorRuntime.on(ComputeDevice.CPU).newScope()) {
            // given: columns instead of rows
            Tensor columns = new Tensor((PtNDArray) matrix(scope).array().transpose());

            // when / then
            assertThatThrownBy(() -> DeviceAddress.of(columns)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is not contiguous");
        }
    }

    @Test
    void aProcessorHasNoFusedKernels() {
        assertThat(AcceleratorKernels.on(ComputeDevice.CPU)).isEmpty();
    }

    private static Tensor matrix(TensorScope scope) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(VALUES.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(VALUES);
        return scope.copyOf(bytes, ElementType.FLOAT32, 3, 2);
    }
}
