package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
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
import org.medtune.dataset.DatasetFigures;
import org.medtune.evaluation.ReportPage;
import org.medtune.ops.EvaluationFolder;
import org.medtune.ops.MedtuneHome;
import org.medtune.ops.PurgeReport;
import org.medtune.ops.RunCheckpoint;
import org.medtune.ops.RunEstimate;
import org.medtune.ops.RunEstimator;
import org.medtune.ops.RunReport;
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
    private ExecutionPath executions;

    @Inject
    private Runs runs;

    @Inject
    private MedtuneHome home;

    @Inject
    private RunDeletion deletion;

    @Context
    private UriInfo uri;

    /**
     * A page of runs, the newest first, each by its latest execution.
     *
     * @param total  how many runs there are
     * @param offset how many were passed over
     * @param limit  the most that were asked for
     * @param jobs   the newest first
     */
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

    /**
     * The metrics of every step so far.
     *
     * @param executionId of the execution that was asked for
     * @param steps       of its run, in their order
     */
    public record JobMetrics(long executionId, List<StepMetrics> steps) {
    }

    /**
     * The checkpoints that there are now.
     *
     * @param executionId of the execution that was asked for
     * @param checkpoints of its run, the oldest first
     */
    public record JobCheckpoints(long executionId, List<RunCheckpoint> checkpoints) {
    }

    /**
     * Lists runs of the job fine-tune, the newest first, each by its latest execution.
     *
     * @param offset how many to pass over
     * @param limit  the most to give, 1 to 100
     */
    @GET
    public JobPage list(@QueryParam("offset") @DefaultValue("0") String offset,
                        @QueryParam("limit") @DefaultValue("20") String limit) {
        int from = QueryNumber.read("offset", offset, 0, Integer.MAX_VALUE - LONGEST_PAGE);
        int count = QueryNumber.read("limit", limit, 1, LONGEST_PAGE);
        return new JobPage(jobs.count(), from, count, jobs.list(from, count).stream().map(this::view).toList());
    }

    /**
     * Starts a run.
     *
     * @param body an object of job parameters; an empty one for the defaults
     */
    @POST
    @ApiResponse(responseCode = "201", description = "The execution that has begun",
            content = @Content(schema = @Schema(implementation = JobView.class)))
    public Response start(
            @RequestBody(content = @Content(schema = @Schema(ref = "#/components/schemas/FineTuneParameters")))
            JsonNode body) {
        return accepted(Response.Status.CREATED, jobs.start(JobParameterBody.read(body)));
    }

    /**
     * Tells what memory and time a run would take, without starting it.
     *
     * @param body an object of job parameters, as for a start
     */
    @POST
    @Path("estimate")
    public RunEstimate estimate(
            @RequestBody(content = @Content(schema = @Schema(ref = "#/components/schemas/FineTuneParameters")))
            JsonNode body) {
        return new RunEstimator(home).estimate(JobParameterBody.read(body));
    }

    /**
     * Shows an execution of any job: status, parameters, progress, place in the queue for a device.
     *
     * @param executionId of the execution
     */
    @GET
    @Path("{executionId}")
    public JobView show(@PathParam("executionId") String executionId) {
        return view(executions.find(executionId));
    }

    /**
     * Asks for a stop, which takes effect after the step that is being computed, with a checkpoint; the answer shows
     * the execution as it is, which is rarely stopped yet. To ask again is no error.
     *
     * @param executionId of the execution
     */
    @POST
    @Path("{executionId}/stop")
    @ApiResponse(responseCode = "202", description = "The execution as it is now",
            content = @Content(schema = @Schema(implementation = JobView.class)))
    public Response stop(@PathParam("executionId") String executionId) {
        long id = executions.find(executionId).executionId();
        jobs.stop(id);
        return accepted(Response.Status.ACCEPTED, id);
    }

    /**
     * Lets a stopped or failed run go on from its newest checkpoint, as a new execution. To ask again while that one
     * is at work is no error, and starts no other.
     *
     * @param executionId of the run's latest execution
     * @param body        an object of the parameters that change; may be missing
     */
    @POST
    @Path("{executionId}/restart")
    @ApiResponse(responseCode = "202", description = "The new execution",
            content = @Content(schema = @Schema(implementation = JobView.class)))
    public Response restart(
            @PathParam("executionId") String executionId,
            @RequestBody(content = @Content(schema = @Schema(ref = "#/components/schemas/FineTuneParameters")))
            JsonNode body) {
        long id = executions.find(executionId).executionId();
        boolean none = body == null || body.isMissingNode();
        return accepted(Response.Status.ACCEPTED, jobs.restart(id, none ? Map.of() : JobParameterBody.read(body)));
    }

    /**
     * Deletes a run that is not at work, with all of its executions, its folder and its log; published adapters stay.
     * It cannot be undone.
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
        return new DeletedRun(onlyTell, deletion.delete(executions.find(executionId).executionId(), onlyTell));
    }

    /**
     * Gives loss, learning rate, gradient norm and speed of every step so far.
     *
     * @param executionId of any execution of the run
     */
    @GET
    @Path("{executionId}/metrics")
    public JobMetrics metrics(@PathParam("executionId") String executionId) {
        JobExecutionSummary execution = executions.find(executionId);
        return new JobMetrics(execution.executionId(), runs.metrics(execution.run()));
    }

    /**
     * Tells what the run's dataset is like.
     *
     * @param executionId of any execution of the run
     */
    @GET
    @Path("{executionId}/dataset")
    public DatasetFigures dataset(@PathParam("executionId") String executionId) {
        JobExecutionSummary execution = executions.find(executionId);
        return runs.dataset(execution.run())
                .orElseThrow(() -> MESSAGES.noDatasetFiguresYet(execution.executionId()));
    }

    /**
     * Lists the run's checkpoints, the oldest first.
     *
     * @param executionId of any execution of the run
     */
    @GET
    @Path("{executionId}/checkpoints")
    public JobCheckpoints checkpoints(@PathParam("executionId") String executionId) {
        JobExecutionSummary execution = executions.find(executionId);
        return new JobCheckpoints(execution.executionId(), runs.checkpoints(execution.run()));
    }

    /**
     * Tells what came of a run, with the addresses of its evaluation's report.
     *
     * @param executionId of any execution of the run
     */
    @GET
    @Path("{executionId}/report")
    @ApiResponse(responseCode = "200", description = "What came of the run",
            content = @Content(schema = @Schema(implementation = RunReport.class)))
    public JsonNode report(@PathParam("executionId") String executionId) {
        JobExecutionSummary execution = executions.find(executionId);
        JsonNode report = runs.report(execution.run())
                .orElseThrow(() -> MESSAGES.noReportYet(execution.executionId()));
        if (runs.evaluation(execution.run()).flatMap(folder -> folder.file(EvaluationFolder.REPORT)).isPresent()) {
            ObjectNode links = ((ObjectNode) report).putObject("links");
            String evaluation = address(execution.executionId()) + "/evaluation/";
            links.put("evaluation", evaluation + EvaluationFolder.REPORT);
            ReportPage.LANGUAGES.forEach(
                    language -> links.put("evaluationPage." + language, evaluation + ReportPage.fileName(language)));
        }
        return report;
    }

    /**
     * Gives a file of the report of a run's evaluation.
     *
     * @param executionId of any execution of the run
     * @param file        report.json, report.en.html or report.zh.html
     */
    @GET
    @Path("{executionId}/evaluation/{file}")
    @Produces({MediaType.TEXT_HTML, MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
    @ApiResponse(responseCode = "200", description = "The file",
            content = @Content(mediaType = "text/html", schema = @Schema(type = "string")))
    public Response evaluation(@PathParam("executionId") String executionId, @PathParam("file") String file) {
        return EvaluationFile.of(runs.evaluation(executions.find(executionId).run()), file);
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
}
