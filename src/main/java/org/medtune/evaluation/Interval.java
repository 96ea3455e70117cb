package org.medtune.evaluation;

/**
 * The ends of a confidence interval.
 *
 * @param low  its lower end
 * @param high its upper end
 */
public record Interval(double low, double high) {

    /** Whether it lies on one side of 0, so that chance alone does not explain the difference. */
    public boolean excludesZero() {
        return low > 0 || high < 0;
    }
}
