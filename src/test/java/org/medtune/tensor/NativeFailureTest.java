package org.medtune.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;
import org.medtune.MedtuneException;
import org.medtune.RecoverableException;

/** The texts are from the sources of PyTorch 2.7, oneDNN and CUDA, and some from reports of failures that quote them. */
@DisplayName("A failure of a native library")
class NativeFailureTest {

    private static final String ASYNC_SUFFIX = """

            CUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might \
            be incorrect.
            For debugging consider passing CUDA_LAUNCH_BLOCKING=1
            Compile with `TORCH_USE_CUDA_DSA` to enable device-side assertions.
            """;

    @ParameterizedTest
    @ValueSource(strings = {
        "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.11 GiB of which 1.06 GiB is "
                + "free. Process 2493055 has 78.04 GiB memory in use. Of the allocated memory 77.02 GiB is allocated "
                + "by PyTorch, and 411.93 MiB is reserved by PyTorch but unallocated.",
        "CUDA error: out of memory",
        "CUDA driver error: out of memory",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "[enforce fail at alloc_cpu.cpp:119] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to "
                + "allocate 68719476736 bytes. Error code 12 (Cannot allocate memory)",
        "[enforce fail at alloc_cpu.cpp:99] data. DefaultCPUAllocator: not enough memory: you tried to allocate "
                + "68719476736 bytes.",
        "std::bad_alloc",
        "unable to mmap 1073741824 bytes from file <model>: Cannot allocate memory (12)",
        "cuLaunchKernel failed with 2: out of memory",
    })
    @DisplayName("of memory is recoverable, on whichever device and in whichever words")
    void memory(String text) {
        assertThat(NativeFailure.of(text)).contains(NativeFailure.OUT_OF_MEMORY);
        assertThat(explain(text)).containsInstanceOf(RecoverableException.class)
                .hasValueSatisfying(e -> assertThat(e)
                        .hasMessageStartingWith("MEDTUNE000102: Memory on gpu(0) ran out"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"could not create a primitive", "could not create a memory object",
        "could not create a memory", "could not execute a primitive"})
    @DisplayName("of oneDNN to set up a product is recoverable")
    void primitive(String text) {
        assertThat(NativeFailure.of(text)).contains(NativeFailure.PRIMITIVE_REFUSED);
        assertThat(explain("The following operation failed in the TorchScript interpreter.\nTraceback of TorchScript\n"
                + "RuntimeError: " + text + "\n")).hasValueSatisfying(e -> assertThat(e)
                        .isInstanceOf(RecoverableException.class)
                        .hasMessageStartingWith("MEDTUNE000641: oneDNN could not work on gpu(0) in the kernel layer "
                                + "(RuntimeError: " + text + "), as happens"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "an illegal memory access was encountered", "unspecified launch failure",
        "uncorrectable ECC error encountered", "the launch timed out and was terminated", "hardware stack error",
        "uncorrectable NVLink error detected during the execution", "unknown error", "context is destroyed",
        "CUDA-capable device(s) is/are busy or unavailable", "no CUDA-capable device is detected",
        "CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasGemmEx(handle, opa, opb)`",
    })
    @DisplayName("of a device is recoverable, and the sentence holds CUDA's reason without PyTorch's advice")
    void device(String reason) {
        assertThat(explain("CUDA error: " + reason + ASYNC_SUFFIX)).hasValueSatisfying(e -> assertThat(e)
                .isInstanceOf(RecoverableException.class)
                .hasMessage("MEDTUNE000640: The device gpu(0) failed in the kernel layer (CUDA error: " + reason
                        + "), and this server cannot use it any more. Restart the server, and then the run; where it "
                        + "happens again, look at the device and its driver."));
    }

    @Test
    @DisplayName("of a kernel of our own that the driver launches is known by the driver's words")
    void driver() {
        assertThat(NativeFailure.of("swiglu failed with 700: an illegal memory access was encountered"))
                .contains(NativeFailure.DEVICE_LOST);
    }

    @Test
    @DisplayName("to know the accelerator says what to install")
    void otherDevice() {
        assertThat(explain("CUDA error: no kernel image is available for execution on the device" + ASYNC_SUFFIX))
                .hasValueSatisfying(e -> assertThat(e).isInstanceOf(InvalidInputException.class)
                        .hasMessageStartingWith("MEDTUNE000642: The installed PyTorch cannot compute on gpu(0)")
                        .hasMessageContaining("device=cpu"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "CUDA error: device-side assert triggered",
        "CUDA error: invalid argument",
        "CUDA error: CUBLAS_STATUS_INVALID_VALUE when calling `cublasSgemm(handle)`",
        "could not create a primitive descriptor for the matmul primitive. Run workload with environment variable "
                + "ONEDNN_VERBOSE=all to get additional diagnostic information.",
        "Sizes of tensors must match except in dimension 0. Expected size 2 but got size 3 for tensor number 1",
        "expected m1 and m2 to have the same dtype, but got: float != c10::BFloat16",
        "null",
    })
    @DisplayName("that is a mistake of the program stays one")
    void mistake(String text) {
        assertThat(explain(text + ASYNC_SUFFIX)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    @DisplayName("is found among the causes")
    void causes(int depth) {
        Throwable thrown = new IllegalStateException("CUDA error: unknown error");
        for (int i = 0; i < depth; i++) {
            thrown = new RuntimeException("wrapped", thrown);
        }

        assertThat(NativeFailure.explain(thrown, "gpu(0)", "layer")).get()
                .extracting(Throwable::getCause).isSameAs(thrown);
    }

    private static Optional<MedtuneException> explain(String text) {
        return NativeFailure.explain(new IllegalStateException(text), "gpu(0)", "layer");
    }
}
