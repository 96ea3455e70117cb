package org.medtune.ops;

/**
 * What is known about one optimizer step, a line of {@code metrics.jsonl}.
 *
 * @param step            counted from 1
 * @param totalSteps      of the whole run
 * @param loss            mean over the predicted tokens of the step
 * @param learningRate    used in the step
 * @param gradientNorm    before clipping; Infinity or NaN in a skipped step
 * @param tokens          processed in the step, padding left out
 * @param tokensPerSecond in the step
 * @param secondsLeft     until the last step, as far as the speed so far tells
 * @param lossScale       factor of the loss in fp16, 1 in other types
 * @param skipped         whether the gradient, scaled so, was no number, so that the step changed nothing
 */
public record StepMetrics(int step, int totalSteps, double loss, double learningRate, double gradientNorm, long tokens,
                          double tokensPerSecond, long secondsLeft, double lossScale, boolean skipped) {
}
