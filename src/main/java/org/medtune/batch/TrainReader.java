package org.medtune.batch;

import static org.medtune.MedtuneMessages.MESSAGES;

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
 * Gives the numbers of the optimizer steps that are left, or none once a stop has been asked for. It opens the run's
 * training, which processor and writer find in the step's transient user data, and closes it. Where training goes on
 * from is told by the newest intact checkpoint on the disk; the number kept in the job repository is for the operator.
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
    private Integer known;

    @Override
    public void open(Serializable checkpoint) {
        known = (Integer) checkpoint;
        context.show(RunProgress.begin(RunProgress.Phase.TRAIN, null));
        training = failures.run(() -> TrainingRun.open(context.request(), context.folder(), models, context.stop()));
        step.setTransientUserData(training);
    }

    @Override
    public Integer readItem() {
        if (training == null || !training.healthy() || context.stop().requested()) {
            return null;
        }
        if (training.stepsDone() < training.totalSteps()) {
            return training.stepsDone() + 1;
        }
        // what fails once nothing is left to read would leave the step complete, and no restart would come back to it
        failures.run(() -> {
            training.save();
            return null;
        });
        return null;
    }

    @Override
    public Integer checkpointInfo() {
        return training == null ? known : training.stepsKept();
    }

    @Override
    public void close() {
        if (training == null) {
            return;
        }
        try {
            training.close();
        } catch (RuntimeException e) {
            if (training.healthy()) {
                throw e;
            }
            // a lost device cannot even release its memory, and what ended the step is known already
            MESSAGES.releaseFailed(e);
        }
    }
}
