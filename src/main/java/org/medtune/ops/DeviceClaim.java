package org.medtune.ops;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.medtune.tensor.ComputeDevice;

/**
 * What a run asks of the {@link DeviceQueue}.
 *
 * @param devices all of them, or none, at the same time
 * @param waits   whether it waits for them while others have them ({@code device.queue=wait}), or is refused
 */
public record DeviceClaim(List<ComputeDevice> devices, boolean waits) {

    public DeviceClaim {
        devices = List.copyOf(devices);
    }

    /** The devices that a request trains on, and its {@code device.queue}. */
    public static DeviceClaim of(FineTuneRequest request) {
        return new DeviceClaim(request.devices(),
                request.parameters().text(FineTuneParameter.DEVICE_QUEUE).equals("wait"));
    }

    boolean wantsAnyOf(Collection<ComputeDevice> others) {
        return !Collections.disjoint(devices, others);
    }

    /** The devices' names, for people. */
    String names() {
        return devices.stream().map(ComputeDevice::deviceName).collect(Collectors.joining(", "));
    }
}
