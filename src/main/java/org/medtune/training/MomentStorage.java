package org.medtune.training;

import java.util.Arrays;
import java.util.Optional;

/** How AdamW keeps its two moving averages between steps; the values of {@code optim} in {@code TrainingArguments}. */
public enum MomentStorage {
    /**
     * One byte a number and a float32 scale for 256 of them, both averages together 2.03 bytes a parameter
     * ({@link EightBitMoments}).
     */
    EIGHT_BIT("adamw_8bit", 2 * (1 + (double) Float.BYTES / EightBitMoments.BLOCK)),
    /** Float32, both averages together 8 bytes a parameter. */
    FLOAT32("adamw_torch", 2 * Float.BYTES);

    private final String parameterName;
    private final double bytesPerParameter;

    MomentStorage(String parameterName, double bytesPerParameter) {
        this.parameterName = parameterName;
        this.bytesPerParameter = bytesPerParameter;
    }

    /** The value of the parameter {@code optim}. */
    public String parameterName() {
        return parameterName;
    }

    /** Bytes that both averages of one parameter of a large adapter take. */
    public double bytesPerParameter() {
        return bytesPerParameter;
    }

    /** The storage called {@code name}. */
    public static Optional<MomentStorage> named(String name) {
        return Arrays.stream(values()).filter(storage -> storage.parameterName.equals(name)).findFirst();
    }
}
