package org.medtune.tensor;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;

/**
 * The part of NVIDIA's driver interface that loads and launches kernels. Names and arguments as in {@code cuda.h}; a
 * result of 0 means success.
 */
interface CudaDriver extends Library {

    /** The driver's library. */
    String LIBRARY = Platform.isWindows() ? "nvcuda" : "libcuda.so.1";

    /** {@code CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR}. */
    int COMPUTE_CAPABILITY_MAJOR = 75;

    /** {@code CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR}. */
    int COMPUTE_CAPABILITY_MINOR = 76;

    /**
     * The driver of this host.
     *
     * @throws UnsatisfiedLinkError when there is none
     */
    static CudaDriver load() {
        return Native.load(LIBRARY, CudaDriver.class);
    }

    int cuInit(int flags);

    int cuDeviceGetCount(IntByReference count);

    int cuDeviceGetName(byte[] zeroTerminated, int length, int device);

    int cuDeviceGet(IntByReference device, int ordinal);

    int cuDeviceGetAttribute(IntByReference value, int attribute, int device);

    int cuDevicePrimaryCtxRetain(PointerByReference context, int device);

    int cuCtxPushCurrent_v2(Pointer context);

    int cuCtxPopCurrent_v2(PointerByReference context);

    int cuModuleLoadData(PointerByReference module, Pointer image);

    int cuModuleGetFunction(PointerByReference function, Pointer module, String name);

    int cuGetErrorString(int error, PointerByReference text);

    /** Throws when a result is not success. */
    default void require(int result, String call) {
        if (result != 0) {
            PointerByReference text = new PointerByReference();
            String reason = cuGetErrorString(result, text) == 0 ? text.getValue().getString(0) : "unknown";
            throw new IllegalStateException(call + " failed with " + result + ": " + reason);
        }
    }
}
