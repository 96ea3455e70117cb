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

/** The only step of the job {@code merge-adapter}: checks what was asked for, and writes it. */
@Named
@Dependent
public final class MergeAdapterBatchlet extends AbstractBatchlet {

    @Inject
    private MedtuneHome home;

    @Inject
    private JobContext job;

    @Inject
    private StepFailures failures;

    @Override
    public String process() {
        return failures.run(() -> {
            Map<String, String> parameters = JobExecutionSummary
                    .find(BatchRuntime.getJobOperator(), job.getExecutionId()).orElseThrow().parameters();
            return new AdapterExport(ExportRequest.of(home, parameters)).write().toString();
        });
    }
}
