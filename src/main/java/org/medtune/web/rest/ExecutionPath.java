package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import org.medtune.NotFoundException;
import org.medtune.batch.JobControl;
import org.medtune.batch.JobExecutionSummary;

/** Finds the execution that an address names. */
@Dependent
public final class ExecutionPath {

    private final JobControl jobs;

    @Inject
    public ExecutionPath(JobControl jobs) {
        this.jobs = jobs;
    }

    /**
     * The execution.
     *
     * @param executionId as it stands in the address
     * @throws NotFoundException if that is no number, or there is no such execution
     */
    JobExecutionSummary find(String executionId) {
        try {
            return jobs.find(Long.parseLong(executionId));
        } catch (NumberFormatException e) {
            throw MESSAGES.executionIdNotANumber(executionId);
        }
    }
}
