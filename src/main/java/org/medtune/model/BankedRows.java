package org.medtune.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * The rows of a decoding step whose caches are in one bank, as the fused kernels take them.
 *
 * @param bank the bank
 * @param count so many rows
 * @param longest the most keys that one of them attends over
 * @param rows the row of each in the step, int32 [count]
 * @param slots its slot in the bank, int32 [count]
 * @param positions the tokens before this one, int32 [count]
 * @param partial what the two passes of attention exchange, float32
 */
record BankedRows(CacheBank bank, int count, int longest, Tensor rows, Tensor slots, Tensor positions,
        Tensor partial) {

    static BankedRows of(TensorScope work, ModelConfiguration configuration, CacheBank bank, int[] rows, int[] slots,
            int[] positions) {
        int longest = Arrays.stream(positions).max().orElseThrow() + 1;
        Tensor onDevice = ints(work, rows);
        Tensor partial = work.callForTensor("empty",
                new long[] {FusedKernels.partialNumbers(configuration, rows.length, longest)},
                ElementType.FLOAT32.scalarType(), onDevice);
        return new BankedRows(bank, rows.length, longest, onDevice, ints(work, slots), ints(work, positions),
                partial);
    }

    Tensor keys(int layer) {
        return bank.tensors().get(2 * layer);
    }

    Tensor values(int layer) {
        return bank.tensors().get(2 * layer + 1);
    }

    int capacity() {
        return bank.capacity();
    }

    private static Tensor ints(TensorScope work, int[] values) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(values.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(values);
        return work.copyOf(bytes, ElementType.INT32, values.length);
    }
}
