package org.medtune.tensor;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.medtune.MedtuneException;

/**
 * What the native libraries mean by the texts that they fail with. A failure crosses into Java as a text alone, so the
 * text decides; the first kind that knows it is meant. What no kind knows is a defect, and stays what it is.
 *
 * <p>Sources: {@code c10/core/impl/alloc_cpu.cpp}, {@code c10/cuda/CUDACachingAllocator.cpp}, {@code CUDAException.cpp}
 * and {@code aten/src/ATen/cuda/Exceptions.h} of PyTorch 2.7; {@code dnnl.hpp} of oneDNN; the texts of
 * {@code cudaGetErrorString} and {@code cuGetErrorString}.
 */
public enum NativeFailure {

    /** The device has no room left, or the host has none. */
    OUT_OF_MEMORY("out of memory", "not enough memory", "can't allocate memory", "std::bad_alloc",
            "unable to mmap", "Cannot allocate memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED") {
        @Override
        MedtuneException sentence(String device, String doing, String reason, Throwable cause) {
            return MESSAGES.outOfMemory(device, doing, cause);
        }
    },

    /** oneDNN could not set up or run a product, which it can when it has memory; it never says why. */
    PRIMITIVE_REFUSED("could not create a memory object", "could not create a memory$",
            "could not create a primitive$", "could not execute a primitive") {
        @Override
        MedtuneException sentence(String device, String doing, String reason, Throwable cause) {
            return MESSAGES.primitiveRefused(device, doing, reason, cause);
        }
    },

    /** The library was not built for this accelerator, or the driver is too old for the library. */
    NOT_FOR_THIS_DEVICE("no kernel image is available for execution on the device",
            "CUDA driver version is insufficient for CUDA runtime version") {
        @Override
        MedtuneException sentence(String device, String doing, String reason, Throwable cause) {
            return MESSAGES.libraryNotForDevice(device, reason, cause);
        }
    },

    /** A mistake in a kernel or in how it was called: whatever is done about the device, it would come again. */
    DEFECT("device-side assert triggered", "invalid argument", "invalid configuration argument",
            "invalid device function", "invalid resource handle", "CUBLAS_STATUS_INVALID_VALUE",
            "CUBLAS_STATUS_NOT_SUPPORTED") {
        @Override
        MedtuneException sentence(String device, String doing, String reason, Throwable cause) {
            return null;
        }
    },

    /** The device, or this process' hold on it, is gone: every later call fails too. */
    DEVICE_LOST("CUDA error: ", "CUDA driver error: ", "an illegal memory access was encountered",
            "unspecified launch failure", "uncorrectable ECC error", "uncorrectable NVLink error",
            "the launch timed out and was terminated", "hardware stack error", "context is destroyed") {
        @Override
        MedtuneException sentence(String device, String doing, String reason, Throwable cause) {
            return MESSAGES.deviceLost(device, doing, reason, cause);
        }
    };

    /** PyTorch's own explanations, and its stack, begin on later lines. */
    private static final Pattern FIRST_LINE = Pattern.compile("\\R");

    private final List<String> texts;

    NativeFailure(String... texts) {
        this.texts = List.of(texts);
    }

    /** What a text means, or nothing where no library is known to fail with it. */
    static Optional<NativeFailure> of(String text) {
        for (NativeFailure kind : values()) {
            if (kind.texts.stream().anyMatch(part -> contains(text, part))) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    /**
     * The sentence for an operator of a failure, found in its text or in that of one of its causes.
     *
     * @param device where it happened, as far as that is known
     * @param doing the kernel, or what else was done
     * @return nothing where it is no failure that an operator can do anything about
     */
    public static Optional<MedtuneException> explain(Throwable failure, String device, String doing) {
        for (Throwable thrown = failure; thrown != null; thrown = thrown.getCause()) {
            String text = String.valueOf(thrown.getMessage());
            Optional<NativeFailure> kind = of(text);
            if (kind.isPresent()) {
                String reason = kind.get().line(text);
                return Optional.ofNullable(kind.get().sentence(device, doing, reason, failure));
            }
        }
        return Optional.empty();
    }

    /** The sentence, or null where the mistake is ours. */
    abstract MedtuneException sentence(String device, String doing, String reason, Throwable cause);

    /** The line of a text that says it, since TorchScript puts its own stack before it. */
    private String line(String text) {
        return FIRST_LINE.splitAsStream(text).filter(line -> texts.stream().anyMatch(part -> contains(line, part)))
                .findFirst().orElse(text).strip();
    }

    private static boolean contains(String text, String part) {
        if (!part.endsWith("$")) {
            return text.contains(part);
        }
        // nothing may follow, as "could not create a primitive descriptor" is another thing: an unsupported shape
        String whole = part.substring(0, part.length() - 1);
        return FIRST_LINE.splitAsStream(text).anyMatch(line -> line.strip().endsWith(whole));
    }
}
