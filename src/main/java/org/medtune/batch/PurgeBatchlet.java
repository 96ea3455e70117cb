package org.medtune.batch;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.annotation.Resource;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Map;
import javax.sql.DataSource;
import org.medtune.ops.JsonFile;
import org.medtune.ops.MedtuneHome;
import org.medtune.ops.Purge;
import org.medtune.ops.PurgeReport;
import org.medtune.ops.PurgeRequest;

/** The only step of the job {@code purge}. A stop lets it finish the run that it is removing. */
@Named
@Dependent
public final class PurgeBatchlet extends AbstractBatchlet {

    @Resource(lookup = "java:jboss/datasources/BatchDS")
    private DataSource database;

    @Inject
    private MedtuneHome home;

    @Inject
    private JobContext job;

    @Inject
    private StepFailures failures;

    private volatile boolean stopped;

    @Override
    public String process() {
        return failures.run(() -> {
            JobOperator operator = BatchRuntime.getJobOperator();
            Map<String, String> parameters =
                    JobExecutionSummary.find(operator, job.getExecutionId()).orElseThrow().parameters();
            PurgeRequest request = PurgeRequest.of(parameters, operator.getJobNames());
            PurgeReport report = new Purge(home, JobRepositoryRecords.ofRuntime(database), request, Instant.now())
                    .run(() -> stopped);
            JsonFile<PurgeReport> file = home.purgeReport(job.getExecutionId());
            Files.createDirectories(file.path().getParent());
            file.write(report);
            if (!report.failed().isEmpty()) {
                throw MESSAGES.purgeIncomplete(report.failed().size(), report.failed().get(0));
            }
            job.setExitStatus(summary(report));
            return null;
        });
    }

    @Override
    public void stop() {
        stopped = true;
    }

    private static String summary(PurgeReport report) {
        int kept = report.kept().values().stream().mapToInt(Integer::intValue).sum();
        return report.dryRun()
                ? MESSAGES.purgeWouldRemove(report.runs().size(), report.removedOrphans(), report.bytes() >> 20, kept)
                : MESSAGES.purgeRemoved(report.runs().size(), report.removedOrphans(), report.bytes() >> 20, kept);
    }
}
