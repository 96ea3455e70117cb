package org.medtune.tensor;

import com.sun.jna.Native;
import com.sun.jna.Pointer;

/**
 * The calls of NVIDIA's driver interface that every launch takes, bound directly: a decoding step makes hundreds, and
 * those of {@link CudaDriver} take ten times as long. Names and arguments as in {@code cuda.h}.
 */
final class CudaLaunch {

    static {
        Native.register(CudaLaunch.class, CudaDriver.LIBRARY);
    }

    private CudaLaunch() {}

    static native int cuCtxPushCurrent_v2(Pointer context);

    static native int cuCtxPopCurrent_v2(Pointer context);

    static native int cuLaunchKernel(Pointer function, int gridX, int gridY, int gridZ, int blockX, int blockY,
            int blockZ, int sharedBytes, Pointer stream, Pointer arguments, Pointer extra);
}
