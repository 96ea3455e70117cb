package org.medtune.model;

/**
 * The rotary position embedding of a configuration.
 *
 * @param theta the base of the geometric row of frequencies
 * @param scaling how the frequencies are stretched beyond the trained context
 */
public record RotaryEmbedding(double theta, Scaling scaling) {

    /** How frequencies are stretched: the supported kinds of {@code rope_scaling} and {@code rope_parameters}. */
    public sealed interface Scaling {}

    /** Frequencies as they are: {@code rope_type} default. */
    public record Unscaled() implements Scaling {}

    /**
     * All frequencies divided by one number: {@code rope_type} linear.
     *
     * @param factor the divisor
     */
    public record Linear(double factor) implements Scaling {}

    /**
     * Low frequencies divided, high ones kept, those between blended: {@code rope_type} llama3.
     *
     * @param factor divisor of the low frequencies
     * @param lowFrequencyFactor wavelengths above original context / this are low frequencies
     * @param highFrequencyFactor wavelengths below original context / this are high frequencies
     * @param originalContext context length before stretching, in tokens
     */
    public record Llama3(double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalContext)
            implements Scaling {}
}
