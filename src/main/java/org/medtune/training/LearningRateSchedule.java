package org.medtune.training;

import java.util.Arrays;
import java.util.Optional;

/**
 * How the learning rate moves over the optimizer steps: from 0 up to its peak during warm-up, then by shape. Source:
 * {@code get_linear_schedule_with_warmup}, {@code get_cosine_schedule_with_warmup} and
 * {@code get_constant_schedule_with_warmup} in {@code optimization.py} of Transformers.
 */
public enum LearningRateSchedule {
    /** Down to 0 in a straight line. */
    LINEAR("linear"),
    /** Down to 0 along half a cosine. */
    COSINE("cosine"),
    /** Stays at the peak. */
    CONSTANT("constant");

    private final String parameterName;

    LearningRateSchedule(String parameterName) {
        this.parameterName = parameterName;
    }

    /** The value of the parameter {@code lr.scheduler.type}. */
    public String parameterName() {
        return parameterName;
    }

    /** The schedule called {@code name}. */
    public static Optional<LearningRateSchedule> named(String name) {
        return Arrays.stream(values()).filter(s -> s.parameterName.equals(name)).findFirst();
    }

    /**
     * The factor of the peak learning rate.
     *
     * @param stepsDone optimizer steps taken before this one
     * @param warmupSteps steps of warm-up
     * @param totalSteps steps of the whole run
     */
    public double factor(int stepsDone, int warmupSteps, int totalSteps) {
        if (stepsDone < warmupSteps) {
            return (double) stepsDone / Math.max(1, warmupSteps);
        }
        double remaining = Math.max(1, totalSteps - warmupSteps);
        return switch (this) {
            case LINEAR -> Math.max(0.0, (totalSteps - stepsDone) / remaining);
            case COSINE -> Math.max(0.0, 0.5 * (1.0 + Math.cos(Math.PI * ((stepsDone - warmupSteps) / remaining))));
            case CONSTANT -> 1.0;
        };
    }
}
