package org.medtune.batch;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.batch.runtime.BatchStatus;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.medtune.ConflictException;
import org.medtune.InvalidInputException;
import org.medtune.NotFoundException;
import org.medtune.ops.ExportRequest;
import org.medtune.ops.MedtuneHome;

/** Starts, restarts and lists executions of the job {@code merge-adapter}; {@link JobControl} stops them. */
@Dependent
public final class ExportControl {

    private final MedtuneHome home;
    private final JobStarts starts;
    private final JobControl jobs;

    @Inject
    public ExportControl(MedtuneHome home, AskedExecutions asked, JobControl jobs) {
        this.home = home;
        this.starts = new JobStarts(ExportRequest.JOB, asked);
        this.jobs = jobs;
    }

    /**
     * Starts an export.
     *
     * @param parameters those of {@link ExportRequest#PARAMETERS}; what is missing takes its default
     * @return the execution's id
     * @throws InvalidInputException listing everything in the parameters that has to change
     * @throws ConflictException     if an export is at work that makes the same folder
     */
    public long start(Map<String, String> parameters) {
        Path target = ExportRequest.of(home, parameters).target();
        boolean works = list(0, Integer.MAX_VALUE).stream().filter(JobExecutionSummary::running)
                .anyMatch(execution -> target(execution.parameters()).filter(target::equals).isPresent());
        if (works) {
            throw MESSAGES.exportRunsAlready(target);
        }
        return starts.start(parameters);
    }

    /**
     * Makes an export anew that was stopped or has failed. Asking again while that is at work is no error.
     *
     * @return the new execution's id
     * @throws NotFoundException     if there is no such execution, or it is another job's
     * @throws InvalidInputException listing everything that has to change before it can be made
     * @throws ConflictException     if it is at work or complete, or is not the latest of its export
     */
    public long restart(long executionId) {
        JobExecutionSummary execution = find(executionId);
        if (execution.restartable()) {
            ExportRequest.of(home, execution.parameters());
        }
        return jobs.restart(executionId);
    }

    /** How many there are. */
    public int count() {
        return starts.count();
    }

    /**
     * The latest execution of each export, the newest first.
     *
     * @param offset exports to pass over
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
        return starts.find(executionId).orElseThrow(() -> MESSAGES.noSuchExport(executionId));
    }

    /** The folder that an execution has made; nothing where it is not complete, or somebody has taken it away. */
    public Optional<Path> folder(JobExecutionSummary execution) {
        return Optional.of(execution).filter(export -> export.status() == BatchStatus.COMPLETED)
                .flatMap(export -> target(export.parameters())).filter(Files::isDirectory);
    }

    private Optional<Path> target(Map<String, String> parameters) {
        try {
            return Optional.of(ExportRequest.target(home, parameters));
        } catch (InvalidInputException e) {
            // one that the console has started, which has made nothing of it
            return Optional.empty();
        }
    }
}
