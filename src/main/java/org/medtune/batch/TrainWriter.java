package org.medtune.batch;

import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.util.List;
import org.medtune.ops.MedtuneHome;
import org.medtune.ops.TrainingRun;

/**
 * Makes a checkpoint: the batch runtime calls it every {@code save.steps} steps, at a stop, and at the end. Its own
 * checkpoint is the number of the last step that is kept.
 */
@Named
@Dependent
public final class TrainWriter extends AbstractItemWriter {

    @Inject
    private StepFailures failures;

    @Inject
    private StepContext step;

    @Inject
    private MedtuneHome home;

    /** What the job repository knows: the step kept before this one, until the batch runtime has committed. */
    private Integer committed;

    @Override
    public void open(Serializable checkpoint) {
        committed = (Integer) checkpoint;
    }

    @Override
    public void writeItems(List<Object> steps) {
        TrainingRun training = (TrainingRun) step.getTransientUserData();
        if (training != null && training.healthy()) {
            failures.run(() -> {
                training.save();
                training.removeOldCheckpoints(home, committed == null ? 0 : committed);
                return null;
            });
        }
    }

    @Override
    public Integer checkpointInfo() {
        TrainingRun training = (TrainingRun) step.getTransientUserData();
        if (training != null) {
            committed = training.stepsKept();
        }
        return committed;
    }
}
