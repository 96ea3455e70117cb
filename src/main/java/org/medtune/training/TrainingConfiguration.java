package org.medtune.training;

import static org.medtune.MedtuneMessages.MESSAGES;

/**
 * The recipe of a run. Names and meanings are those of {@code TrainingArguments} of Transformers.
 *
 * @param microBatchSize rows of one forward and backward pass
 * @param gradientAccumulationSteps micro-batches of one optimizer step
 * @param maxSteps optimizer steps of the whole run
 * @param warmupSteps optimizer steps over which the learning rate rises
 * @param learningRate peak learning rate
 * @param schedule what comes after the warm-up
 * @param adam the optimizer's constants
 * @param maxGradientNorm norm to which gradients are clipped; 0 for never
 * @param seed of row order, initialisation and dropout
 * @param gradientCheckpointing what of a forward pass is kept for the backward pass
 */
public record TrainingConfiguration(
        int microBatchSize,
        int gradientAccumulationSteps,
        int maxSteps,
        int warmupSteps,
        double learningRate,
        LearningRateSchedule schedule,
        Adam adam,
        double maxGradientNorm,
        long seed,
        GradientCheckpointing gradientCheckpointing) {

    /** Checks the values. */
    public TrainingConfiguration {
        if (microBatchSize < 1 || gradientAccumulationSteps < 1 || maxSteps < 1) {
            throw MESSAGES.trainingCountTooSmall(microBatchSize, gradientAccumulationSteps, maxSteps);
        }
        if (warmupSteps < 0 || warmupSteps > maxSteps) {
            throw MESSAGES.warmupLongerThanRun(warmupSteps, maxSteps);
        }
    }

    /**
     * Constants of AdamW.
     *
     * @param beta1 decay of the first moment
     * @param beta2 decay of the second moment
     * @param epsilon added to the root of the second moment
     * @param weightDecay decoupled weight decay of matrices
     * @param moments how the moments are kept between steps
     */
    public record Adam(double beta1, double beta2, double epsilon, double weightDecay, MomentStorage moments) {}

    /** Rows of one optimizer step. */
    public int rowsPerStep() {
        return microBatchSize * gradientAccumulationSteps;
    }

    /** The learning rate of an optimizer step, counted from 1. */
    public double learningRate(int step) {
        return learningRate * schedule.factor(step - 1, warmupSteps, maxSteps);
    }
}
