package org.medtune.batch;

import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.Map;
import org.medtune.ops.AdapterExport;
import org.medtune.ops.ExportRequest;
import org.medtune.ops.MedtuneHome;

/**
 * The only step of the job {@code merge-adapter}: checks what was asked for, and writes it. A stop acts between two
 * pieces of the weights, and nothing of the folder stays.
 */
@Named
@Dependent
public final class MergeAdapterBatchlet extends AbstractBatchlet {

    @Inject
    private MedtuneHome home;

    @Inject
    private JobContext job;

    @Inject
    private StepFailures failures;

    private volatile boolean stopped;

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public String process() {
        return failures.run(() -> {
            Map<String, String> parameters = JobExecutionSummary
                    .find(BatchRuntime.getJobOperator(), job.getExecutionId()).orElseThrow().parameters();
            return new AdapterExport(ExportRequest.of(home, parameters)).write(() -> stopped).toString();
        });
    }
}
