package org.medtune.training;

import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The micro-batches of one step, shared out to devices. The first failure on any of them keeps the others from
 * beginning another micro-batch. Safe for use by a thread a device.
 */
final class StepWork {

    private final List<StepGradient.Part> parts;
    private final double gradientScale;
    private final int devices;
    private final double[] losses;
    private final AtomicReferenceArray<Throwable> failures;
    private volatile boolean failed;

    /**
     * Work that nobody has begun.
     *
     * @param losses gets the summed negative log likelihood of every part
     */
    StepWork(List<StepGradient.Part> parts, double gradientScale, int devices, double[] losses) {
        this.parts = parts;
        this.gradientScale = gradientScale;
        this.devices = devices;
        this.losses = losses;
        this.failures = new AtomicReferenceArray<>(devices);
    }

    /** Computes what falls to a device; whatever goes wrong is kept for {@link #throwFailure}. */
    void run(Replica replica) {
        try {
            replica.gradient().clear();
            for (int i = replica.place(); i < parts.size() && !failed; i += devices) {
                losses[i] = replica.accumulator().accumulate(parts.get(i).rows(), gradientScale,
                        parts.get(i).dropoutSeed());
            }
        } catch (RuntimeException | Error e) {
            failures.set(replica.place(), e);
            failed = true;
        }
    }

    /** Throws what went wrong on the first of the devices on which something did, with the others' suppressed. */
    void throwFailure() {
        Throwable first = null;
        for (int i = 0; i < devices; i++) {
            Throwable failure = failures.get(i);
            if (first == null) {
                first = failure;
            } else if (failure != null && failure != first) {
                first.addSuppressed(failure);
            }
        }
        if (first instanceof Error error) {
            throw error;
        }
        if (first != null) {
            throw (RuntimeException) first;
        }
    }
}
