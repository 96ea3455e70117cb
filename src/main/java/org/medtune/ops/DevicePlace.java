package org.medtune.ops;

import java.util.List;

/**
 * Where a waiting run stands in the {@link DeviceQueue}.
 *
 * @param position 1 for the run that gets its devices next; those before it want one of its devices too
 * @param devices  names of the devices that it waits for
 * @param behind   executions that have one of them now, and those that get one before
 */
public record DevicePlace(int position, List<String> devices, List<Long> behind) {
}
