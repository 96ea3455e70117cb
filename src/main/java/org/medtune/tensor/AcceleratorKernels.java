package org.medtune.tensor;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The fused kernels of {@code src/main/cuda} on one accelerator, compiled for it when they are first wanted. They run
 * in the order of the calling thread's other work on the device. Safe for use by many threads.
 */
public final class AcceleratorKernels {

    /** Compiled as one text, in this order. */
    private static final List<String> TEXTS = List.of("vectors.cu", "layer.cu", "decoding.cu");

    /** Conversion to bfloat16 is an instruction from the Ampere generation on. */
    private static final int LEAST_COMPUTE_CAPABILITY = 8;
    private static final int MOST_ARGUMENTS = 16;
    private static final Map<Integer, Optional<AcceleratorKernels>> DEVICES = new ConcurrentHashMap<>();

    /** A launch copies its arguments before it returns, so a thread can use the same place for all. */
    private static final ThreadLocal<Arguments> ARGUMENTS = ThreadLocal.withInitial(Arguments::new);

    private final CudaDriver driver;
    private final Pointer context;
    private final Pointer module;
    private final Map<String, Pointer> functions = new ConcurrentHashMap<>();

    private AcceleratorKernels(CudaDriver driver, Pointer context, Pointer module) {
        this.driver = driver;
        this.context = context;
        this.module = module;
    }

    /**
     * The kernels of a device; empty on a processor, on accelerators older than Ampere, and, with a warning, where
     * CUDA's run-time compiler is not found.
     */
    public static Optional<AcceleratorKernels> on(ComputeDevice device) {
        return device.accelerator()
                ? DEVICES.computeIfAbsent(device.index(), index -> load(device))
                : Optional.empty();
    }

    /**
     * Launches a kernel; does not wait for its end.
     *
     * @param blocksX  blocks in the first dimension of the grid
     * @param blocksY  blocks in the second
     * @param threads  threads of a block
     * @param arguments contiguous {@link Tensor}s on this device, {@link Optional#empty()} for a null pointer,
     *     {@code Integer}, {@code Long} or {@code Float}, in the order of the kernel's parameters
     */
    public void launch(String kernel, long blocksX, long blocksY, int threads, Object... arguments) {
        Arguments places = ARGUMENTS.get();
        places.put(arguments);
        driver.require(CudaLaunch.cuCtxPushCurrent_v2(context), "cuCtxPushCurrent");
        try {
            driver.require(CudaLaunch.cuLaunchKernel(function(kernel), Math.toIntExact(blocksX),
                    Math.toIntExact(blocksY), 1, threads, 1, 1, 0, null, places.pointers, null), kernel);
        } finally {
            CudaLaunch.cuCtxPopCurrent_v2(places.popped);
        }
    }

    private Pointer function(String kernel) {
        return functions.computeIfAbsent(kernel, name -> {
            PointerByReference function = new PointerByReference();
            driver.require(driver.cuModuleGetFunction(function, module, name), "cuModuleGetFunction of " + name);
            return function.getValue();
        });
    }

    private static Optional<AcceleratorKernels> load(ComputeDevice device) {
        try {
            DeviceAddress.find();
            CudaDriver driver = CudaDriver.load();
            driver.require(driver.cuInit(0), "cuInit");
            IntByReference number = new IntByReference();
            driver.require(driver.cuDeviceGet(number, device.index()), "cuDeviceGet");
            int major = attribute(driver, CudaDriver.COMPUTE_CAPABILITY_MAJOR, number.getValue());
            int minor = attribute(driver, CudaDriver.COMPUTE_CAPABILITY_MINOR, number.getValue());
            if (major < LEAST_COMPUTE_CAPABILITY) {
                return Optional.empty();
            }
            long started = System.nanoTime();
            String architecture = "sm_" + major + minor;
            Memory code = CudaCompiler.load().compile(text(), "medtune.cu", architecture);
            PointerByReference context = new PointerByReference();
            driver.require(driver.cuDevicePrimaryCtxRetain(context, number.getValue()), "cuDevicePrimaryCtxRetain");
            driver.require(driver.cuCtxPushCurrent_v2(context.getValue()), "cuCtxPushCurrent");
            try {
                PointerByReference module = new PointerByReference();
                driver.require(driver.cuModuleLoadData(module, code), "cuModuleLoadData");
                MESSAGES.fusedKernelsCompiled(device.deviceName(), architecture,
                        (System.nanoTime() - started) / 1_000_000);
                return Optional.of(new AcceleratorKernels(driver, context.getValue(), module.getValue()));
            } finally {
                driver.cuCtxPopCurrent_v2(new PointerByReference());
            }
        } catch (LinkageError | IllegalStateException e) {
            MESSAGES.fusedKernelsMissing(device.deviceName(), e);
            return Optional.empty();
        }
    }

    private static int attribute(CudaDriver driver, int attribute, int device) {
        IntByReference value = new IntByReference();
        driver.require(driver.cuDeviceGetAttribute(value, attribute, device), "cuDeviceGetAttribute");
        return value.getValue();
    }

    private static String text() {
        StringBuilder all = new StringBuilder();
        for (String name : TEXTS) {
            try (InputStream in = AcceleratorKernels.class.getResourceAsStream("cuda/" + name)) {
                all.append(new String(in.readAllBytes(), StandardCharsets.UTF_8)).append('\n');
            } catch (IOException e) {
                throw new IllegalStateException("The kernels' text " + name + " cannot be read", e);
            }
        }
        return all.toString();
    }

    /** Room for the arguments of one launch, and for the pointers to them. */
    private static final class Arguments {

        private final Memory memory = new Memory((2L * MOST_ARGUMENTS + 1) * Long.BYTES);
        private final ByteBuffer values =
                memory.getByteBuffer(0, (long) MOST_ARGUMENTS * Long.BYTES).order(ByteOrder.nativeOrder());
        private final Pointer pointers = memory.share((long) MOST_ARGUMENTS * Long.BYTES);
        private final Pointer popped = memory.share(2L * MOST_ARGUMENTS * Long.BYTES);

        Arguments() {
            for (int i = 0; i < MOST_ARGUMENTS; i++) {
                memory.setPointer((long) (MOST_ARGUMENTS + i) * Long.BYTES, memory.share((long) i * Long.BYTES));
            }
        }

        void put(Object... arguments) {
            for (int i = 0; i < arguments.length; i++) {
                put(i * Long.BYTES, arguments[i]);
            }
        }

        private void put(int offset, Object argument) {
            if (argument instanceof Tensor tensor) {
                values.putLong(offset, tensor.address());
            } else if (argument instanceof Optional<?> absent && absent.isEmpty()) {
                values.putLong(offset, 0);
            } else if (argument instanceof Integer number) {
                values.putInt(offset, number);
            } else if (argument instanceof Long number) {
                values.putLong(offset, number);
            } else if (argument instanceof Float number) {
                values.putFloat(offset, number);
            } else {
                throw new IllegalArgumentException("A kernel takes no " + argument.getClass().getName());
            }
        }
    }
}
