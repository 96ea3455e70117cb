package org.medtune.tensor;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.ptr.IntByReference;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What NVIDIA's driver tells of a device. It counts devices as the CUDA runtime does, CUDA_VISIBLE_DEVICES included.
 *
 * <p>Source: the CUDA Driver API, sections Initialization and Device Management.
 *
 * @param name as NVIDIA sells it
 * @param major first number of its compute capability, 8 for Ampere
 * @param minor second number
 */
record AcceleratorProperties(String name, int major, int minor) {

    private static final int COMPUTE_CAPABILITY_MAJOR = 75;
    private static final int COMPUTE_CAPABILITY_MINOR = 76;
    private static final int LONGEST_NAME = 256;

    /** The device of that number; empty where there is no driver, or it knows no such device. */
    static Optional<AcceleratorProperties> of(int index) {
        try {
            NativeLibrary driver = driver();
            IntByReference device = new IntByReference();
            byte[] name = new byte[LONGEST_NAME];
            require(driver, "cuDeviceGet", device, index);
            require(driver, "cuDeviceGetName", name, name.length, device.getValue());
            return Optional.of(new AcceleratorProperties(text(name),
                    attribute(driver, COMPUTE_CAPABILITY_MAJOR, device),
                    attribute(driver, COMPUTE_CAPABILITY_MINOR, device)));
        } catch (IllegalStateException | LinkageError e) {
            MESSAGES.acceleratorUnknown(e.toString());
            return Optional.empty();
        }
    }

    /** The number of devices; empty where the driver cannot be asked. */
    static OptionalInt count() {
        try {
            IntByReference count = new IntByReference();
            require(driver(), "cuDeviceGetCount", count);
            return OptionalInt.of(count.getValue());
        } catch (IllegalStateException | LinkageError e) {
            MESSAGES.acceleratorUnknown(e.toString());
            return OptionalInt.empty();
        }
    }

    private static NativeLibrary driver() {
        // what the driver's own package installs; the name without a version is that of the development package
        NativeLibrary driver = NativeLibrary.getInstance(Platform.isWindows() ? "nvcuda" : "libcuda.so.1");
        require(driver, "cuInit", 0);
        return driver;
    }

    private static int attribute(NativeLibrary driver, int attribute, IntByReference device) {
        IntByReference value = new IntByReference();
        require(driver, "cuDeviceGetAttribute", value, attribute, device.getValue());
        return value.getValue();
    }

    private static void require(NativeLibrary driver, String function, Object... arguments) {
        int result = driver.getFunction(function).invokeInt(arguments);
        if (result != 0) {
            throw new IllegalStateException(function + " answered " + result);
        }
    }

    private static String text(byte[] zeroTerminated) {
        int length = 0;
        while (length < zeroTerminated.length && zeroTerminated[length] != 0) {
            length++;
        }
        return new String(zeroTerminated, 0, length, StandardCharsets.UTF_8).strip();
    }
}
