package org.medtune.tensor;

import static org.medtune.MedtuneMessages.MESSAGES;

import ai.djl.Device;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.cuda.CudaUtils;
import java.lang.management.MemoryUsage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Where tensors live and kernels run: the host's processor, or one of its accelerators.
 *
 * @param accelerator whether this is a CUDA device
 * @param index the device's number, 0 for the processor
 */
public record ComputeDevice(boolean accelerator, int index) {

    /** The host's processor. */
    public static final ComputeDevice CPU = new ComputeDevice(false, 0);

    private static final int AMPERE = 8;
    private static final Pattern GPU_NAME = Pattern.compile("gpu(\\d{1,3})");

    /**
     * The device called {@code name}.
     *
     * @param name {@code auto} (the first accelerator if there is one, else the processor), {@code cpu}, or {@code gpu}
     *     and a number
     * @throws org.medtune.InvalidInputException when the name means nothing, or this host has no such device
     */
    public static ComputeDevice named(String name) {
        if (name.equals("auto")) {
            return TensorRuntime.acceleratorCount() > 0 ? new ComputeDevice(true, 0) : CPU;
        }
        if (name.equals("cpu")) {
            return CPU;
        }
        Matcher gpu = GPU_NAME.matcher(name);
        if (!gpu.matches()) {
            throw MESSAGES.unknownDeviceName(name);
        }
        int index = Integer.parseInt(gpu.group(1));
        int present = TensorRuntime.acceleratorCount();
        if (index >= present) {
            throw MESSAGES.noSuchAccelerator(name, present);
        }
        return new ComputeDevice(true, index);
    }

    /**
     * The devices that {@code names} stands for.
     *
     * @param names {@code all} (every accelerator, or else the processor), or names of {@link #named} separated by
     *     commas
     * @return at least one device, none twice, in the order of the names
     * @throws org.medtune.InvalidInputException when a name means nothing, this host has no such device, or one is
     *     named twice or beside others that it does not go with
     */
    public static List<ComputeDevice> allNamed(String names) {
        if (names.equals("all")) {
            int present = TensorRuntime.acceleratorCount();
            return present == 0 ? List.of(CPU)
                    : IntStream.range(0, present).mapToObj(index -> new ComputeDevice(true, index)).toList();
        }
        List<ComputeDevice> devices = Arrays.stream(names.split(",", -1)).map(String::strip)
                .map(ComputeDevice::named).toList();
        boolean alike = devices.stream().allMatch(ComputeDevice::accelerator);
        if (devices.size() > 1 && (!alike || devices.stream().distinct().count() < devices.size())) {
            throw MESSAGES.devicesDoNotGoTogether(names);
        }
        return devices;
    }

    /** The name under which {@link #named} finds this device. */
    public String deviceName() {
        return accelerator ? "gpu" + index : "cpu";
    }

    /** Name, and what the device is, for people: {@code gpu0 (NVIDIA H100 80GB HBM3)}. */
    public String description() {
        String model = accelerator
                ? AcceleratorProperties.of(index).map(AcceleratorProperties::name).orElse("unknown")
                : HostProcessor.name(Path.of("/proc/cpuinfo")) + ", " + Runtime.getRuntime().availableProcessors()
                        + " processors";
        return deviceName() + " (" + model + ")";
    }

    /**
     * Whether it computes in bfloat16: processors do, and accelerators from compute capability 8.0 (Ampere) on. One
     * that does not tell counts as such.
     */
    public boolean computesBfloat16() {
        return !accelerator || ampereOrNewer();
    }

    /** Whether PyTorch has its variable-length flash attention there: on accelerators from Ampere on. */
    public boolean hasFlashAttention() {
        return accelerator && ampereOrNewer();
    }

    private boolean ampereOrNewer() {
        return AcceleratorProperties.of(index).map(properties -> properties.major() >= AMPERE).orElse(true);
    }

    /** Bytes of this device's memory that can still be taken; empty where nothing tells. */
    public OptionalLong availableBytes() {
        return accelerator ? freeOnAccelerator() : HostMemory.ofThisHost().availableBytes();
    }

    /**
     * Bytes of this device's memory that no process has taken; empty where nothing tells. Unlike
     * {@link #availableBytes()} it leaves alone what PyTorch keeps for later, so that it may be asked while somebody
     * computes.
     */
    public OptionalLong untakenBytes() {
        if (!accelerator) {
            return HostMemory.ofThisHost().availableBytes();
        }
        try {
            MemoryUsage memory = CudaUtils.getGpuMemory(djl());
            return OptionalLong.of(memory.getMax() - memory.getCommitted());
        } catch (RuntimeException | LinkageError e) {
            return OptionalLong.empty();
        }
    }

    private OptionalLong freeOnAccelerator() {
        try {
            // what PyTorch keeps for later would count as taken
            JniUtils.emptyCudaCache();
            MemoryUsage memory = CudaUtils.getGpuMemory(djl());
            return OptionalLong.of(memory.getMax() - memory.getCommitted());
        } catch (RuntimeException | LinkageError e) {
            // the CUDA runtime is inside PyTorch's own libraries, and not always found by its name
            MESSAGES.acceleratorMemoryUnknown(deviceName(), e.toString());
            return OptionalLong.empty();
        }
    }

    Device djl() {
        return accelerator ? Device.gpu(index) : Device.cpu();
    }
}
