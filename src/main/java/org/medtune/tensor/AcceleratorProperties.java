package org.medtune.tensor;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.sun.jna.Native;
import com.sun.jna.ptr.IntByReference;
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

    private static final int LONGEST_NAME = 256;

    /** The device of that number; empty where there is no driver, or it knows no such device. */
    static Optional<AcceleratorProperties> of(int index) {
        try {
            CudaDriver driver = driver();
            IntByReference device = new IntByReference();
            driver.require(driver.cuDeviceGet(device, index), "cuDeviceGet");
            byte[] name = new byte[LONGEST_NAME];
            driver.require(driver.cuDeviceGetName(name, name.length, device.getValue()), "cuDeviceGetName");
            return Optional.of(new AcceleratorProperties(Native.toString(name).strip(),
                    attribute(driver, CudaDriver.COMPUTE_CAPABILITY_MAJOR, device),
                    attribute(driver, CudaDriver.COMPUTE_CAPABILITY_MINOR, device)));
        } catch (IllegalStateException | LinkageError e) {
            MESSAGES.acceleratorUnknown(e.toString());
            return Optional.empty();
        }
    }

    /** The number of devices; empty where the driver cannot be asked. */
    static OptionalInt count() {
        try {
            CudaDriver driver = driver();
            IntByReference count = new IntByReference();
            driver.require(driver.cuDeviceGetCount(count), "cuDeviceGetCount");
            return OptionalInt.of(count.getValue());
        } catch (IllegalStateException | LinkageError e) {
            MESSAGES.acceleratorUnknown(e.toString());
            return OptionalInt.empty();
        }
    }

    private static CudaDriver driver() {
        CudaDriver driver = CudaDriver.load();
        driver.require(driver.cuInit(0), "cuInit");
        return driver;
    }

    private static int attribute(CudaDriver driver, int attribute, IntByReference device) {
        IntByReference value = new IntByReference();
        driver.require(driver.cuDeviceGetAttribute(value, attribute, device.getValue()), "cuDeviceGetAttribute");
        return value.getValue();
    }
}
