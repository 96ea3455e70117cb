package org.medtune.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.testing.NativeMemory;

/** Values in and out of native memory, who owns it, and that it is given back. */
class TensorScopeTest {

    private static final long MEBIBYTE = 1 << 20;

    private final TensorScope scope = TensorRuntime.on(ComputeDevice.CPU).newScope();

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void float32BytesComeBackAsTheyWere() {
        // given: also numbers that arithmetic would change
        int[] bits = {0x3f800000, 0x80000000, 0x00000001, 0x7f800000, 0xff7fffff, 0x7fc00001};
        ByteBuffer bytes = bytes(bits.length * 4);
        for (int bit : bits) {
            bytes.putInt(bit);
        }

        // when
        Tensor tensor = scope.copyOf(bytes.flip(), ElementType.FLOAT32, 2, 3);

        // then
        assertThat(tensor.shape()).containsExactly(2, 3);
        assertThat(tensor.size()).isEqualTo(6);
        assertThat(tensor.toBytes()).isEqualTo(bytes);
        assertThat(tensor.toBytes().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    }

    @ParameterizedTest
    @CsvSource({
        "BFLOAT16, 0x3f80, 1", "BFLOAT16, 0xc020, -2.5", "BFLOAT16, 0x4049, 3.140625",
        "BFLOAT16, 0x0001, 9.183549615799121e-41",
        "FLOAT16, 0x3c00, 1", "FLOAT16, 0xc100, -2.5", "FLOAT16, 0x7bff, 65504",
        "FLOAT16, 0x0001, 5.9604644775390625e-8"
    })
    void sixteenBitNumbersWidenAndNarrowExactly(ElementType type, String bits, double value) {
        // given
        ByteBuffer bytes = bytes(2).putShort((short) Integer.decode(bits).intValue()).flip();

        // when
        Tensor stored = scope.copyOf(bytes, type, 1);
        Tensor widened = scope.callForTensor("to_type", stored, ElementType.FLOAT32.scalarType());
        Tensor narrowed = scope.callForTensor("to_type", widened, type.scalarType());
        Tensor again = scope.callForTensor("to_type", narrowed, ElementType.FLOAT32.scalarType());

        // then
        assertThat(widened.toFloatArray()).containsExactly((float) value);
        assertThat(again.toFloatArray()).containsExactly((float) value);
    }

    @Test
    void int64NumbersComeBackAsTheyWere() {
        // given
        long[] values = {0, -1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 53 | 1};
        ByteBuffer bytes = bytes(values.length * Long.BYTES);
        for (long value : values) {
            bytes.putLong(value);
        }

        // then
        assertThat(scope.copyOf(bytes.flip(), ElementType.INT64, values.length).toLongArray()).isEqualTo(values);
        assertThat(scope.ofLongs(values).toLongArray()).isEqualTo(values);
    }

    @Test
    void scalarsOfBothTypesAreRead() {
        // given
        Tensor float64 = scope.callForTensor("to_type", scope.ofLongs(3), ElementType.FLOAT64.scalarType());
        Tensor float32 = scope.callForTensor("to_type", scope.ofLongs(3), ElementType.FLOAT32.scalarType());

        // then
        assertThat(float64.toDouble()).isEqualTo(3.0);
        assertThat(float32.toDouble()).isEqualTo(3.0);
    }

    @Test
    void aPartOfABufferIsCopiedFromItsPosition() {
        // given
        ByteBuffer bytes = bytes(12).putFloat(1).putFloat(2).putFloat(3).position(4);

        // when
        Tensor tensor = scope.copyOf(bytes, ElementType.FLOAT32, 2);
        bytes.putFloat(4, 99);

        // then: a copy, and the buffer is where it was
        assertThat(tensor.toFloatArray()).containsExactly(2, 3);
        assertThat(bytes.position()).isEqualTo(4);
    }

    @Test
    void tensorsWithoutElementsHaveTheirShape() {
        assertThat(scope.copyOf(bytes(0), ElementType.BFLOAT16, 0, 7).shape()).containsExactly(0, 7);
        assertThat(scope.zeros(ElementType.FLOAT32).shape()).isEmpty();
        assertThat(scope.zeros(ElementType.FLOAT32, 2).toFloatArray()).containsExactly(0, 0);
    }

    @Test
    void anAdoptedTensorOutlivesTheScopeThatMadeIt() {
        // given
        Tensor adopted;
        Tensor left;
        try (TensorScope inner = scope.newScope()) {
            left = inner.ofLongs(1, 2);
            adopted = scope.adopt(inner.ofLongs(3, 4));
            assertThat(scope.adopt(List.of())).isEmpty();
        }

        // then
        assertThat(adopted.toLongArray()).containsExactly(3, 4);
        assertThatThrownBy(left::toLongArray).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closingAScopeClosesThoseInsideIt() {
        // given
        Tensor innermost;
        try (TensorScope outer = scope.newScope()) {
            innermost = outer.newScope().newScope().ofLongs(1);
            assertThat(innermost.toLongArray()).containsExactly(1);
        }

        // then
        assertThatThrownBy(innermost::toLongArray).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void bytesStayValidWhenTheirTensorIsClosed() {
        // given
        Tensor tensor = scope.callForTensor("fill", scope.zeros(ElementType.FLOAT32, 1000), 7.0);

        // when
        ByteBuffer bytes = tensor.toBytes();
        tensor.close();
        scope.callForTensor("fill", scope.zeros(ElementType.FLOAT32, 1000), 8.0);

        // then
        assertThat(bytes.getFloat(3996)).isEqualTo(7f);
    }

    @Test
    void memoryIsGivenBackWhenAScopeCloses() {
        // given
        fillThirtyTwoMebibytes();
        long before = NativeMemory.bytes();

        // when: 6.25 GiB in all
        for (int i = 0; i < 200; i++) {
            fillThirtyTwoMebibytes();
        }

        // then
        assertThat(NativeMemory.bytes() - before).isLessThan(48 * MEBIBYTE);
    }

    @Test
    void residentMemoryCountsWhatIsHeld() {
        // given
        long before = NativeMemory.bytes();

        // when: what the test above would see if scopes gave nothing back
        scope.call("fill", scope.zeros(ElementType.FLOAT32, 128 * MEBIBYTE / Float.BYTES), 1.0);

        // then
        assertThat(NativeMemory.bytes() - before).isGreaterThan(100 * MEBIBYTE);
    }

    private void fillThirtyTwoMebibytes() {
        try (TensorScope inner = scope.newScope()) {
            inner.call("fill", inner.zeros(ElementType.FLOAT32, 32 * MEBIBYTE / Float.BYTES), 1.0);
        }
    }

    private static ByteBuffer bytes(int length) {
        return ByteBuffer.allocateDirect(length).order(ByteOrder.LITTLE_ENDIAN);
    }
}
