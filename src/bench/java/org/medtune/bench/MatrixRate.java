package org.medtune.bench;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.medtune.model.CausalLanguageModel;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * The rate at which the device multiplies large matrices of a model's type: the ceiling of everything else.
 *
 * @param gigaflops 10^9 floating-point operations a second, the best of some repetitions
 */
record MatrixRate(double gigaflops) {

    private static final int PROCESSOR_SIZE = 2048;
    private static final int ACCELERATOR_SIZE = 8192;
    private static final int REPETITIONS = 12;

    static MatrixRate measure(CausalLanguageModel model) {
        int size = model.device().accelerator() ? ACCELERATOR_SIZE : PROCESSOR_SIZE;
        try (TensorScope scope = model.newScope()) {
            Tensor a = random(scope, model.type(), size, 1);
            Tensor b = random(scope, model.type(), size, 2);
            double best = Double.MAX_VALUE;
            for (int i = 0; i < REPETITIONS; i++) {
                long started = System.nanoTime();
                try (Tensor product = scope.callForTensor("linear", a, b)) {
                    // reading a number of the first row waits for a device that works asynchronously
                    Tensor firstRow = scope.callForTensor("matrix_views", product, new long[] {0}, new long[] {1},
                            new long[] {-1});
                    scope.callForTensor("argmax", firstRow).toLongArray();
                    best = Math.min(best, (System.nanoTime() - started) / 1e9);
                }
            }
            return new MatrixRate(2.0 * size * size * size / best / 1e9);
        }
    }

    /** Random numbers: products of zeros can be faster than those of data. */
    private static Tensor random(TensorScope scope, ElementType type, int size, long seed) {
        Random random = new Random(seed);
        ByteBuffer bytes = ByteBuffer.allocateDirect(size * size * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            bytes.putFloat((float) random.nextGaussian());
        }
        Tensor floats = scope.copyOf(bytes.flip(), ElementType.FLOAT32, size, size);
        return scope.callForTensor("to_type", floats, type.scalarType());
    }
}
