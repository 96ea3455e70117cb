package org.medtune.batch;

import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import org.medtune.ops.BaseModels;
import org.medtune.ops.DatasetEvaluator;
import org.medtune.ops.EvaluationRequest;
import org.medtune.ops.EvaluationRun;
import org.medtune.ops.MedtuneHome;
import org.medtune.ops.RunEvaluator;
import org.medtune.ops.RunFolder;
import org.medtune.ops.RunProgress;

/** What the step {@code evaluate} of a job evaluates. */
@Dependent
public final class EvaluationContext {

    private final JobContext job;
    private final RunContext run;
    private final MedtuneHome home;
    private final BaseModels models;

    @Inject
    public EvaluationContext(JobContext job, RunContext run, MedtuneHome home, BaseModels models) {
        this.job = job;
        this.run = run;
        this.home = home;
        this.models = models;
    }

    /** What the job {@code evaluate} was asked for. */
    EvaluationRequest request() {
        return EvaluationRequest.of(home, run.parameters());
    }

    /** Opens the evaluation; the caller closes it. */
    EvaluationRun open() {
        if (job.getJobName().equals(EvaluationRequest.JOB)) {
            return EvaluationRun.open(new DatasetEvaluator(request(), run.run()).plan(), home.evaluation(run.run()),
                    models);
        }
        RunFolder folder = run.folder();
        return EvaluationRun.open(new RunEvaluator(run.request(), run.run(), folder).plan(), folder.evaluation(),
                models);
    }

    /** Shows how far it has come. */
    void show(int done, int total) {
        run.show(new RunProgress(RunProgress.Phase.EVALUATE, done, total, run.latestStep()));
    }

    /** Whether somebody has asked the execution to stop. */
    boolean stopped() {
        return job.getBatchStatus() == BatchStatus.STOPPING;
    }
}
