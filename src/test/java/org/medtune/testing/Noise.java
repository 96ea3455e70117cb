package org.medtune.testing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.medtune.adapter.LoraAdapter;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.TensorScope;

/** Small differences: made, and measured. */
public final class Noise {

    private Noise() {}

    /** Makes an adapter's B other than zero, so that it changes the model and A has a gradient too. */
    public static void add(TensorScope scope, LoraAdapter adapter) {
        Random random = new Random(3);
        int length = (int) adapter.layout().size();
        ByteBuffer noise = ByteBuffer.allocateDirect(length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < length; i++) {
            noise.putFloat((float) (random.nextGaussian() * 0.02));
        }
        scope.call("add_scaled", adapter.parameters(), scope.copyOf(noise.flip(), ElementType.FLOAT32, length), 1.0);
        adapter.refresh();
    }

    /** The norm of the difference against the norm of what is expected. */
    public static double between(float[] actual, float[] expected) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += Math.pow((double) actual[i] - expected[i], 2);
            norm += Math.pow(expected[i], 2);
        }
        return Math.sqrt(difference / norm);
    }
}
