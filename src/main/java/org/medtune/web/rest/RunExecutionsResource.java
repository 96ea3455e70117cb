package org.medtune.web.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import org.medtune.batch.JobControl;
import org.medtune.batch.JobExecutionSummary;

/** What became of each execution of a run: its start, and every restart. */
@Path("jobs/{executionId}/executions")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
public class RunExecutionsResource {

    @Inject
    private ExecutionPath executions;

    @Inject
    private JobControl jobs;

    /**
     * The executions of a run.
     *
     * @param instanceId of the run
     * @param executions the newest first
     */
    public record RunExecutions(long instanceId, List<RunExecution> executions) {
    }

    /**
     * An execution of a run.
     *
     * @param executionId its number
     * @param status      STARTING, STARTED, STOPPING, STOPPED, FAILED, COMPLETED or ABANDONED
     * @param exitStatus  the status, or the sentence of what went wrong
     * @param created     ISO 8601 in UTC
     * @param ended       missing while it runs
     * @param parameters  what it had from operators, at the start and at restarts
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record RunExecution(long executionId, String status, String exitStatus, String created, String ended,
                               Map<String, String> parameters) {

        private static RunExecution of(JobExecutionSummary execution) {
            return new RunExecution(execution.executionId(), execution.status().name(), execution.exitStatus(),
                    execution.created().toString(), execution.ended() == null ? null : execution.ended().toString(),
                    execution.parameters());
        }
    }

    /**
     * Lists all executions of a run, with the reason why each has ended.
     *
     * @param executionId any execution of the run
     */
    @GET
    public RunExecutions list(@PathParam("executionId") String executionId) {
        JobExecutionSummary execution = executions.find(executionId);
        return new RunExecutions(execution.run().instanceId(),
                jobs.executions(execution.executionId()).stream().map(RunExecution::of).toList());
    }
}
