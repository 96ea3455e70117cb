package org.medtune.ops;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What the job {@code merge-adapter} can write. */
public enum ExportFormat {
    /** A Hugging Face folder in the types of the base model. */
    SAFETENSORS("safetensors"),
    /** A Hugging Face folder in float32. */
    SAFETENSORS_FP32("safetensors-fp32"),
    /** A GGUF file in float16. */
    GGUF_F16("gguf-f16"),
    /** A GGUF file in 8 bits. */
    GGUF_Q8_0("gguf-q8_0");

    private final String parameterName;

    ExportFormat(String parameterName) {
        this.parameterName = parameterName;
    }

    /** The value of the parameter {@code output.format}. */
    public String parameterName() {
        return parameterName;
    }

    /** The format called {@code name}. */
    static Optional<ExportFormat> named(String name) {
        return Arrays.stream(values()).filter(format -> format.parameterName.equals(name)).findFirst();
    }

    static List<String> names() {
        return Arrays.stream(values()).map(ExportFormat::parameterName).toList();
    }
}
