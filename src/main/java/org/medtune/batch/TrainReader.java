package org.medtune.batch;

import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import org.medtune.ops.BaseModels;
import org.medtune.ops.RunProgress;
import org.medtune.ops.TrainingRun;

/**
 * Gives the numbers of the optimizer steps that are left. It opens the run's training, which processor and writer
 * find in the step's transient user data, and closes it. Where training goes on from is told by the newest intact
 * checkpoint on the disk; the number kept in the job repository is for the operator.
 */
@Named
@Dependent
public final class TrainReader extends AbstractItemReader {

    @Inject
    private RunContext context;

    @Inject
    private StepFailures failures;

    @Inject
    private StepContext step;

    @Inject
    private BaseModels models;

    private TrainingRun training;

    @Override
    public void open(Serializable checkpoint) {
        context.show(RunProgress.begin(RunProgress.Phase.TRAIN, null));
        training = failures.run(() -> TrainingRun.open(context.request(), context.folder(), models));
        step.setTransientUserData(training);
    }

    @Override
    public Integer readItem() {
        boolean more = training != null && training.healthy() && training.stepsDone() < training.totalSteps();
        return more ? training.stepsDone() + 1 : null;
    }

    @Override
    public Integer checkpointInfo() {
        return training == null ? null : training.stepsDone();
    }

    @Override
    public void close() {
        if (training != null) {
            training.close();
        }
    }
}
