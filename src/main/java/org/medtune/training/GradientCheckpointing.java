package org.medtune.training;

import java.util.Arrays;
import java.util.Optional;

/** What of a forward pass stays in memory until the backward pass; what does not is computed again. */
public enum GradientCheckpointing {
    /** All that the backward pass needs. */
    NONE("none"),
    /**
     * Each layer's input. On an accelerator with fused kernels and weights of 16 bits also what attention computed,
     * which costs much time and little memory.
     */
    ON("on"),
    /** Each layer's input, on the host: an accelerator has those of one layer at a time. */
    OFFLOAD("offload");

    private final String parameterName;

    GradientCheckpointing(String parameterName) {
        this.parameterName = parameterName;
    }

    /** The value of the parameter {@code gradient.checkpointing}. */
    public String parameterName() {
        return parameterName;
    }

    /** The mode called {@code name}. */
    public static Optional<GradientCheckpointing> named(String name) {
        return Arrays.stream(values()).filter(mode -> mode.parameterName.equals(name)).findFirst();
    }
}
