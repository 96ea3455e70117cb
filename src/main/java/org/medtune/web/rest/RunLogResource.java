package org.medtune.web.rest;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.medtune.batch.JobExecutionSummary;
import org.medtune.ops.RunLog;
import org.medtune.ops.Runs;

/** What the server has logged of a run, in all of its executions; of runs of any job. */
@Path("jobs/{executionId}/log")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
public class RunLogResource {

    private static final int LONGEST_PAGE = 1 << 20;

    @Inject
    private ExecutionPath executions;

    @Inject
    private Runs runs;

    /**
     * Some lines of a run's log.
     *
     * @param executionId the execution that was asked for
     * @param instanceId  its run
     * @param from        position of the first line, in bytes from the beginning of the log; greater than what was
     *                    asked for where older lines have been removed
     * @param next        what to ask for to go on after these lines
     * @param end         position of the log's end: nothing is left to read where {@code next} is the same
     * @param lines       as in the server's log, the oldest first
     */
    public record JobLog(long executionId, long instanceId, long from, long next, long end, List<String> lines) {
    }

    /**
     * Reads the log from a position on.
     *
     * @param executionId any execution of the run
     * @param after       0 for the beginning, or {@code next} of an earlier answer
     * @param limit       the most bytes of lines
     */
    @GET
    public JobLog read(@PathParam("executionId") String executionId,
                       @QueryParam("after") @DefaultValue("0") String after,
                       @QueryParam("limit") @DefaultValue("65536") String limit) {
        JobExecutionSummary execution = executions.find(executionId);
        long position = QueryNumber.read("after", after, 0L, Long.MAX_VALUE);
        int most = QueryNumber.read("limit", limit, 1, LONGEST_PAGE);
        RunLog.Page page = runs.log(execution.job(), execution.run()).read(position, most);
        return new JobLog(execution.executionId(), execution.run().instanceId(), page.from(), page.next(), page.end(),
                page.lines());
    }
}
