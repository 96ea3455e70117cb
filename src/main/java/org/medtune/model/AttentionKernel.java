package org.medtune.model;

import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;

/** By which of PyTorch's kernels a model attends in training; {@code attention.py} has all of them. */
public enum AttentionKernel {
    /** One call for all rows of a micro-batch, on accelerators from Ampere on, in 16-bit types. */
    VARIABLE_LENGTH_FLASH("variable-length flash attention"),
    /** A processor's flash attention, row by row. */
    PROCESSOR_FLASH("the processor's flash attention, row by row"),
    /** By its definition, row by row: takes memory for tokens x tokens numbers a head. */
    DEFINITION("attention by its definition, row by row");

    private final String label;

    AttentionKernel(String label) {
        this.label = label;
    }

    static AttentionKernel of(ComputeDevice device, ElementType type) {
        if (!device.accelerator()) {
            return PROCESSOR_FLASH;
        }
        return type.bytes() == 2 && device.hasFlashAttention() ? VARIABLE_LENGTH_FLASH : DEFINITION;
    }

    /** The name in logs. */
    public String label() {
        return label;
    }
}
