package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.medtune.batch.JobControl;
import org.medtune.batch.JobExecutionSummary;
import org.medtune.batch.RunDeletion;
import org.medtune.ops.PurgeReport;
import org.medtune.ops.Runs;
import org.medtune.ops.StepMetrics;

/** Job executions: start, list, show, stop, restart; and what a run has brought so far. */
@Path("jobs")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
@Consumes(MediaType.APPLICATION_JSON)
public class JobsResource {

    private static final int LONGEST_PAGE = 100;

    @Inject
    private JobControl jobs;

    @Inject
    private Runs runs;

    @Inject
    private RunDeletion deletion;

    @Context
    private UriInfo uri;

    /** A page of runs, the newest first, each by its latest execution. */
    public record JobPage(int total, int offset, int limit, List<JobView> jobs) {
    }

    /**
     * A run that was deleted, or would be.
     *
     * @param dryRun whether it is still there
     * @param run    what has gone, or would go
     */
    public record DeletedRun(boolean dryRun, PurgeReport.Run run) {
    }

    /** The metrics of every step so far. */
    public record JobMetrics(long executionId, List<StepMetrics> steps) {
    }

    @GET
    public JobPage list(@QueryParam("offset") @DefaultValue("0") String offset,
                        @QueryParam("limit") @DefaultValue("20") String limit) {
        int from = QueryNumber.read("offset", offset, 0, Integer.MAX_VALUE - LONGEST_PAGE);
        int count = QueryNumber.read("limit", limit, 1, LONGEST_PAGE);
        return new JobPage(jobs.count(), from, count, jobs.list(from, count).stream().map(this::view).toList());
    }

    /** Starts a run: the body is an object of job parameters, {@code {}} for the defaults. */
    @POST
    public Response start(JsonNode body) {
        return accepted(Response.Status.CREATED, jobs.start(JobParameterBody.read(body)));
    }

    @GET
    @Path("{executionId}")
    public JobView show(@PathParam("executionId") String executionId) {
        return view(find(executionId));
    }

    /** Asks for a stop; the answer shows the execution as it is, which is rarely stopped yet. */
    @POST
    @Path("{executionId}/stop")
    public Response stop(@PathParam("executionId") String executionId) {
        long id = find(executionId).executionId();
        jobs.stop(id);
        return accepted(Response.Status.ACCEPTED, id);
    }

    /**
     * Lets a run go on; the answer is its new execution. The body is an object of the parameters that change, and may
     * be missing.
     */
    @POST
    @Path("{executionId}/restart")
    public Response restart(@PathParam("executionId") String executionId, JsonNode body) {
        long id = find(executionId).executionId();
        boolean none = body == null || body.isMissingNode();
        return accepted(Response.Status.ACCEPTED, jobs.restart(id, none ? Map.of() : JobParameterBody.read(body)));
    }

    /**
     * Deletes a run that is not at work, with all of its executions, its folder and its log; published adapters stay. It
     * cannot be undone.
     *
     * @param executionId any execution of the run
     * @param dryRun      true to be told only what would go
     */
    @DELETE
    @Path("{executionId}")
    public DeletedRun delete(@PathParam("executionId") String executionId,
                             @QueryParam("dry.run") @DefaultValue("false") String dryRun) {
        if (!dryRun.equals("true") && !dryRun.equals("false")) {
            throw MESSAGES.notOneOf("dry.run", dryRun, "true, false");
        }
        boolean onlyTell = dryRun.equals("true");
        return new DeletedRun(onlyTell, deletion.delete(find(executionId).executionId(), onlyTell));
    }

    @GET
    @Path("{executionId}/metrics")
    public JobMetrics metrics(@PathParam("executionId") String executionId) {
        JobExecutionSummary execution = find(executionId);
        return new JobMetrics(execution.executionId(), runs.metrics(execution.run()));
    }

    @GET
    @Path("{executionId}/report")
    public JsonNode report(@PathParam("executionId") String executionId) {
        JobExecutionSummary execution = find(executionId);
        return runs.report(execution.run()).orElseThrow(() -> MESSAGES.noReportYet(execution.executionId()));
    }

    private Response accepted(Response.Status status, long executionId) {
        return Response.status(status).location(URI.create(address(executionId)))
                .entity(view(jobs.find(executionId))).build();
    }

    private JobView view(JobExecutionSummary execution) {
        return JobView.of(execution, runs.progress(execution.run()), runs.place(execution.executionId()),
                address(execution.executionId()));
    }

    private String address(long executionId) {
        return uri.getBaseUriBuilder().path(JobsResource.class).path(Long.toString(executionId)).build().getPath();
    }

    private JobExecutionSummary find(String executionId) {
        try {
            return jobs.find(Long.parseLong(executionId));
        } catch (NumberFormatException e) {
            throw MESSAGES.executionIdNotANumber(executionId);
        }
    }
}
