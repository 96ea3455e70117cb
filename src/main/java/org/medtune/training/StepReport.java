package org.medtune.training;

/**
 * What one optimizer step did.
 *
 * @param step counted from 1
 * @param loss mean negative log likelihood of the step's predicted tokens, in nats, before the update
 * @param gradientNorm norm of the gradient before clipping; no finite number in a skipped step
 * @param learningRate learning rate of the update
 * @param tokens predicted tokens
 * @param seconds wall-clock time of the step
 * @param lossScale factor of the loss in a step in float16, 1 in other types ({@link LossScaler})
 * @param skipped whether the gradient was no number in float16, so that nothing was updated
 */
public record StepReport(int step, double loss, double gradientNorm, double learningRate, long tokens, double seconds,
        double lossScale, boolean skipped) {}
