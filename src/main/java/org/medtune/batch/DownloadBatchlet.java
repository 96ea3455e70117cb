package org.medtune.batch;

import jakarta.batch.api.Batchlet;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.nio.file.Path;
import java.util.Optional;
import org.medtune.catalogue.DownloadRequest;
import org.medtune.catalogue.Downloads;
import org.medtune.download.StopSignal;
import org.medtune.ops.MedtuneHome;

/**
 * The only step of the job {@code download}: checks what was asked for, and fetches what is not there yet. A stop acts
 * within a second; what has come stays for the next execution.
 */
@Named
@Dependent
public final class DownloadBatchlet implements Batchlet {

    @Inject
    private MedtuneHome home;

    @Inject
    private Downloads downloads;

    @Inject
    private JobContext job;

    @Inject
    private StepFailures failures;

    private final StopSignal stop = new StopSignal();

    @Override
    public String process() {
        try {
            return failures.run(() -> {
                JobExecutionSummary execution = JobExecutionSummary
                        .find(BatchRuntime.getJobOperator(), job.getExecutionId()).orElseThrow();
                DownloadRequest request = DownloadRequest.of(home, execution.parameters(), System.getenv());
                Optional<Path> folder = request.download()
                        .run(stop, progress -> downloads.show(job.getInstanceId(), progress));
                return folder.map(Path::toString).orElse(null);
            });
        } finally {
            downloads.remove(job.getInstanceId());
        }
    }

    @Override
    public void stop() {
        stop.give();
    }
}
