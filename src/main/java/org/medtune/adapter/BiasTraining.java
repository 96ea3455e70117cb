package org.medtune.adapter;

import java.util.Arrays;
import java.util.Optional;

/** Which biases of the base model are trained beside the low-rank factors; PEFT's {@code bias}. */
public enum BiasTraining {
    /** No bias. */
    NONE("none"),
    /** Every bias that the model has. */
    ALL("all"),
    /** The biases of the target modules. */
    LORA_ONLY("lora_only");

    private final String peftName;

    BiasTraining(String peftName) {
        this.peftName = peftName;
    }

    /** The value in PEFT's configuration. */
    public String peftName() {
        return peftName;
    }

    /** The constant that PEFT calls {@code name}. */
    public static Optional<BiasTraining> ofPeftName(String name) {
        return Arrays.stream(values()).filter(value -> value.peftName.equals(name)).findFirst();
    }
}
