package org.medtune.training;

/**
 * What one optimizer step did.
 *
 * @param step counted from 1
 * @param loss mean negative log likelihood of the step's predicted tokens, in nats, before the update
 * @param gradientNorm norm of the gradient before clipping
 * @param learningRate learning rate of the update
 * @param tokens predicted tokens
 * @param seconds wall-clock time of the step
 */
public record StepReport(
        int step, double loss, double gradientNorm, double learningRate, long tokens, double seconds) {}
