package org.medtune.tensor;

import ai.djl.engine.Engine;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;

/** The native tensor library on one device. Cheap to make; the library itself is loaded once a process. */
public final class TensorRuntime {

    private final ComputeDevice device;

    private TensorRuntime(ComputeDevice device) {
        this.device = device;
    }

    /** The runtime of a device that {@link ComputeDevice#named} found. */
    public static TensorRuntime on(ComputeDevice device) {
        return new TensorRuntime(device);
    }

    /** The number of CUDA devices that the native library can use. */
    public static int acceleratorCount() {
        Engine engine = Engine.getEngine("PyTorch");
        // DJL counts by the CUDA runtime, whether PyTorch is built with CUDA or not, and finds it only under one name
        return JniUtils.getFeatures().contains("CUDA")
                ? AcceleratorProperties.count().orElseGet(engine::getGpuCount)
                : 0;
    }

    /** The device of every tensor made by this runtime. */
    public ComputeDevice device() {
        return device;
    }

    /** Opens a scope that the caller closes. */
    public TensorScope newScope() {
        return new TensorScope((PtNDManager) KernelLibrary.shared().newManager(device));
    }

    /** The version of the native library and the threads it uses, for logs and reports. */
    public static String describe() {
        Engine engine = Engine.getEngine("PyTorch");
        return "PyTorch " + engine.getVersion() + ", " + JniUtils.getNumThreads() + " threads";
    }
}
