package org.medtune.testing;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.lang.management.ManagementFactory;
import org.medtune.tensor.ProcessMemory;

/** The memory of this process outside the Java heap. */
public final class NativeMemory {

    private NativeMemory() {}

    /** Resident bytes less the heap, which after a collection holds what it committed. Skips the test off Linux. */
    public static long bytes() {
        assumeThat(ProcessMemory.residentBytes()).as("the system tells").isPresent();
        System.gc();
        return ProcessMemory.residentBytes().getAsLong()
                - ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted();
    }
}
