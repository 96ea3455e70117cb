package org.medtune.batch;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.batch.api.chunk.ItemProcessor;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import org.medtune.ops.FineTuneParameter;
import org.medtune.ops.RunProgress;
import org.medtune.ops.StepMetrics;
import org.medtune.ops.TrainingRun;

/** Takes one optimizer step. */
@Named
@Dependent
public final class TrainProcessor implements ItemProcessor {

    @Inject
    private RunContext context;

    @Inject
    private StepFailures failures;

    @Inject
    private StepContext step;

    private int loggingSteps;

    @Override
    public StepMetrics processItem(Object stepNumber) {
        return failures.run(() -> {
            StepMetrics metrics = ((TrainingRun) step.getTransientUserData()).step();
            context.show(RunProgress.of(metrics));
            if (loggingSteps == 0) {
                loggingSteps = context.request().parameters().integer(FineTuneParameter.LOGGING_STEPS);
            }
            if (metrics.step() % loggingSteps == 0) {
                MESSAGES.stepTaken(metrics.step(), metrics.totalSteps(), metrics.loss(), metrics.learningRate(),
                        metrics.gradientNorm(), metrics.tokensPerSecond(), metrics.secondsLeft());
            }
            return metrics;
        });
    }
}
