package org.medtune.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.medtune.RecoverableException;
import org.medtune.testing.NativeMemory;

/** Calls that fail say which kernel failed and keep nothing. */
class KernelLibraryTest {

    private final TensorScope scope = TensorRuntime.on(ComputeDevice.CPU).newScope();

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void aFailureNamesTheKernel() {
        // given: shapes that cannot be stacked
        List<Tensor> parts = List.of(scope.zeros(ElementType.FLOAT32, 1, 2), scope.zeros(ElementType.FLOAT32, 1, 3));

        // then
        assertThatThrownBy(() -> scope.call("stack_rows", parts))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Kernel stack_rows failed")
                .cause().hasMessageContaining("Sizes of tensors must match");
    }

    @Test
    void aKernelThatDoesNotExistIsNamed() {
        assertThatThrownBy(() -> scope.call("no_such_kernel", 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no_such_kernel");
    }

    @Test
    void anArgumentOfAnotherTypeIsRefused() {
        assertThatThrownBy(() -> scope.call("fill", scope.zeros(ElementType.FLOAT32, 1), "one"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.String");
    }

    @Test
    void memoryThatIsNotThereIsRecoverable() {
        // given: more than any machine's address space
        long elements = 1L << 58;

        // then
        assertThatThrownBy(() -> scope.zeros(ElementType.UINT8, elements))
                .isInstanceOf(RecoverableException.class)
                .hasMessageStartingWith("MEDTUNE000102: Memory on cpu")
                .hasMessageContaining("in the kernel zeros")
                .hasMessageContaining("restart the run");
    }

    @Test
    void failedCallsKeepNothing() {
        // given
        List<Tensor> parts = List.of(scope.zeros(ElementType.FLOAT32, 1, 2), scope.zeros(ElementType.FLOAT32, 1, 3));
        long[] shape = new long[8192];
        fail(parts, shape, 400);
        long before = NativeMemory.bytes();

        // when: a list of 64 KiB is turned into a native one in each, 100 MiB in all
        fail(parts, shape, 1_600);

        // then
        assertThat(NativeMemory.bytes() - before).isLessThan(32L << 20);
    }

    private void fail(List<Tensor> parts, long[] shape, int times) {
        for (int i = 0; i < times; i++) {
            assertThatThrownBy(() -> scope.call("stack_rows", parts)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> scope.call("from_bytes", parts.get(0), 6, shape))
                    .isInstanceOf(IllegalStateException.class);
        }
    }
}
