package org.medtune.batch;

import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import org.medtune.ops.EvaluationRun;

/**
 * Gives the numbers of the items that are left to evaluate, counted from 1. It opens the evaluation, which processor
 * and writer find in the step's transient user data, and closes it. Where the evaluation goes on from is told by the
 * results on the disk; the number kept in the job repository is for the operator.
 */
@Named
@Dependent
public final class EvaluateReader extends AbstractItemReader {

    @Inject
    private EvaluationContext context;

    @Inject
    private StepFailures failures;

    @Inject
    private StepContext step;

    private EvaluationRun evaluation;

    @Override
    public void open(Serializable checkpoint) {
        evaluation = failures.run(context::open);
        step.setTransientUserData(evaluation);
        if (evaluation != null) {
            context.show(evaluation.done(), evaluation.total());
            if (evaluation.complete()) {
                // the server was killed between the last result and the report
                failures.run(evaluation::finish);
            }
        }
    }

    @Override
    public Integer readItem() {
        boolean more = evaluation != null && evaluation.healthy() && !evaluation.complete();
        return more ? evaluation.done() + 1 : null;
    }

    @Override
    public Integer checkpointInfo() {
        return evaluation == null ? null : evaluation.done();
    }

    @Override
    public void close() {
        if (evaluation != null) {
            evaluation.close();
        }
    }
}
