package org.medtune.batch;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import org.medtune.InvalidInputException;
import org.medtune.NotFoundException;
import org.medtune.catalogue.DownloadRequest;
import org.medtune.ops.MedtuneHome;

/** Starts and lists executions of the job {@code download}; {@link JobControl} stops and restarts them as any other. */
@Dependent
public final class DownloadControl {

    /** The id of the job, and the name of its XML. */
    public static final String DOWNLOAD = "download";

    private final MedtuneHome home;
    private final JobStarts starts;

    @Inject
    public DownloadControl(MedtuneHome home, AskedExecutions asked) {
        this.home = home;
        this.starts = new JobStarts(DOWNLOAD, asked);
    }

    /**
     * Starts a download.
     *
     * @param parameters those of {@link DownloadRequest#PARAMETERS}; what is missing takes its default
     * @return the execution's id
     * @throws InvalidInputException listing everything in the parameters that has to change
     */
    public long start(Map<String, String> parameters) {
        DownloadRequest request = DownloadRequest.of(home, parameters, System.getenv());
        boolean runs = list(0, Integer.MAX_VALUE).stream().filter(JobExecutionSummary::running)
                .anyMatch(execution -> isOf(request, execution.parameters()));
        if (runs) {
            throw MESSAGES.downloadRunsAlready(request.target());
        }
        return starts.start(parameters);
    }

    private boolean isOf(DownloadRequest request, Map<String, String> parameters) {
        try {
            return DownloadRequest.of(home, parameters, Map.of()).target().equals(request.target());
        } catch (InvalidInputException e) {
            // one that has just become complete
            return false;
        }
    }

    /**
     * The latest execution of each download, the newest first.
     *
     * @param offset downloads to pass over
     * @param limit  the most to give
     */
    public List<JobExecutionSummary> list(int offset, int limit) {
        return starts.list(offset, limit);
    }

    /**
     * One execution of a download.
     *
     * @throws NotFoundException if there is none of that id
     */
    public JobExecutionSummary find(long executionId) {
        return starts.find(executionId).orElseThrow(() -> MESSAGES.noSuchExecution(executionId));
    }
}
