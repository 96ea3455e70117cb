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
    UINT8("U8", 0, 1),
    INT8("I8", 1, 1),
    INT32("I32", 3, 4),
    INT64("I64", 4, 8),
    FLOAT16("F16", 5, 2),
    FLOAT32("F32", 6, 4),
    FLOAT64("F64", 7, 8),
    BFLOAT16("BF16", 15, 2);

    private final String safetensorsName;
    private final int scalarType;
    private final int bytes;

    ElementType(String safetensorsName, int scalarType, int bytes) {
        this.safetensorsName = safetensorsName;
        this.scalarType = scalarType;
        this.bytes = bytes;
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

    /** The type that DJL calls {@code type}; DJL has no name for bfloat16. */
    static ElementType ofDjl(DataType type) {
        return switch (type) {
            case UINT8 -> UINT8;
            case INT8 -> INT8;
            case INT32 -> INT32;
            case INT64 -> INT64;
            case FLOAT16 -> FLOAT16;
            case FLOAT32 -> FLOAT32;
            case FLOAT64 -> FLOAT64;
            default -> throw new IllegalArgumentException("There is no element type for " + type);
        };
    }

    /** The type that a safetensors header calls {@code name}; empty when this system does not know it. */
    public static Optional<ElementType> ofSafetensors(String name) {
        return Arrays.stream(values()).filter(type -> type.safetensorsName.equals(name)).findFirst();
    }
}
