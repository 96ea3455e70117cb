package org.medtune.batch;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.batch.runtime.BatchRuntime;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.medtune.InvalidInputException;
import org.medtune.NotFoundException;
import org.medtune.ops.JsonFile;
import org.medtune.ops.MedtuneHome;
import org.medtune.ops.PurgeReport;
import org.medtune.ops.PurgeRequest;

/** Starts and lists executions of the job {@code purge}, and reads what they have found. */
@Dependent
public final class PurgeControl {

    /** The id of the job, and the name of its XML. */
    public static final String PURGE = "purge";

    private final MedtuneHome home;
    private final JobStarts starts;

    @Inject
    public PurgeControl(MedtuneHome home, AskedExecutions asked) {
        this.home = home;
        this.starts = new JobStarts(PURGE, asked);
    }

    /**
     * Starts a purge.
     *
     * @param parameters those of {@link PurgeRequest#PARAMETERS}; what is missing takes its default
     * @return the execution's id
     * @throws InvalidInputException listing everything in the parameters that has to change
     */
    public long start(Map<String, String> parameters) {
        PurgeRequest.of(parameters, BatchRuntime.getJobOperator().getJobNames());
        return starts.start(parameters);
    }

    /** How many there are. */
    public int count() {
        return starts.count();
    }

    /**
     * The latest execution of each purge, the newest first.
     *
     * @param offset purges to pass over
     * @param limit  the most to give
     */
    public List<JobExecutionSummary> list(int offset, int limit) {
        return starts.list(offset, limit);
    }

    /**
     * One execution.
     *
     * @throws NotFoundException if there is none of that id, or it is another job's
     */
    public JobExecutionSummary find(long executionId) {
        return starts.find(executionId).orElseThrow(() -> MESSAGES.noSuchPurge(executionId));
    }

    /** What an execution has removed, or would remove; nothing before its end. */
    public Optional<PurgeReport> report(long executionId) {
        JsonFile<PurgeReport> file = home.purgeReport(executionId);
        try {
            return file.read();
        } catch (IOException e) {
            throw MESSAGES.runFolderUnusable(file.path(), e.toString(), e);
        }
    }
}
