package org.medtune.tensor;

import ai.djl.ndarray.types.DataType;
import java.util.Arrays;
import java.util.Optional;

/**
 * The element type of a tensor, with its name in safetensors files and its number in TorchScript.
 *
 * <p>Sources: the safetensors format description (dtype names); {@code c10/core/ScalarType.h} of PyTorch (numbers).
 */
public enum ElementType {
    UINT8("U8", 0, 1, DataType.UINT8),
    INT8("I8", 1, 1, DataType.INT8),
    INT32("I32", 3, 4, DataType.INT32),
    INT64("I64", 4, 8, DataType.INT64),
    FLOAT16("F16", 5, 2, DataType.INT16),
    FLOAT32("F32", 6, 4, DataType.FLOAT32),
    FLOAT64("F64", 7, 8, DataType.FLOAT64),
    BFLOAT16("BF16", 15, 2, DataType.INT16);

    private final String safetensorsName;
    private final int scalarType;
    private final int bytes;
    private final DataType carrier;

    ElementType(String safetensorsName, int scalarType, int bytes, DataType carrier) {
        this.safetensorsName = safetensorsName;
        this.scalarType = scalarType;
        this.bytes = bytes;
        this.carrier = carrier;
    }

    /** The dtype as safetensors headers write it, such as {@code BF16}. */
    public String safetensorsName() {
        return safetensorsName;
    }

    /** The number by which TorchScript text names this type ({@code x.to(6)} is float32). */
    public int scalarType() {
        return scalarType;
    }

    /** Bytes that one element takes. */
    public int bytes() {
        return bytes;
    }

    /** The DJL type of the same width through which the bits travel: DJL itself cannot create 16-bit floats. */
    DataType carrier() {
        return carrier;
    }

    /** Whether the carrier is another type than this one. */
    boolean travelsAsBits() {
        return this == FLOAT16 || this == BFLOAT16;
    }

    /** The type that a safetensors header calls {@code name}; empty when this system does not know it. */
    public static Optional<ElementType> ofSafetensors(String name) {
        return Arrays.stream(values()).filter(type -> type.safetensorsName.equals(name)).findFirst();
    }
}
