package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.databind.JsonNode;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
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
import java.util.Optional;
import org.medtune.batch.EvaluationControl;
import org.medtune.batch.JobControl;
import org.medtune.batch.JobExecutionSummary;
import org.medtune.ops.Runs;

/** Executions of the job {@code evaluate}: start, list, show, stop, restart; and their reports. */
@Path("evaluations")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
@Consumes(MediaType.APPLICATION_JSON)
public class EvaluationsResource {

    private static final int LONGEST_PAGE = 100;

    @Inject
    private EvaluationControl evaluations;

    @Inject
    private JobControl jobs;

    @Inject
    private Runs runs;

    @Context
    private UriInfo uri;

    /**
     * A page of evaluations, the newest first, each by its latest execution.
     *
     * @param total       how many there are
     * @param offset      how many were passed over
     * @param limit       the most that were asked for
     * @param evaluations the newest first
     */
    public record EvaluationPage(int total, int offset, int limit, List<EvaluationView> evaluations) {
    }

    /**
     * Lists evaluations, the newest first, each by its latest execution.
     *
     * @param offset how many to pass over
     * @param limit  the most to give, 1 to 100
     */
    @GET
    public EvaluationPage list(@QueryParam("offset") @DefaultValue("0") String offset,
                               @QueryParam("limit") @DefaultValue("20") String limit) {
        int from = QueryNumber.read("offset", offset, 0, Integer.MAX_VALUE - LONGEST_PAGE);
        int count = QueryNumber.read("limit", limit, 1, LONGEST_PAGE);
        return new EvaluationPage(evaluations.count(), from, count,
                evaluations.list(from, count).stream().map(this::view).toList());
    }

    /**
     * Starts an evaluation.
     *
     * @param body an object of the job's parameters
     */
    @POST
    @ApiResponse(responseCode = "201", description = "The evaluation that has begun",
            content = @Content(schema = @Schema(implementation = EvaluationView.class)))
    public Response start(
            @RequestBody(content = @Content(schema = @Schema(ref = "#/components/schemas/EvaluationParameters")))
            JsonNode body) {
        return accepted(Response.Status.CREATED, evaluations.start(JobParameterBody.read(body)));
    }

    /**
     * Shows an evaluation.
     *
     * @param executionId of an execution of the job evaluate
     */
    @GET
    @Path("{executionId}")
    public EvaluationView show(@PathParam("executionId") String executionId) {
        return view(find(executionId));
    }

    /**
     * Asks for a stop, which acts within a row.
     *
     * @param executionId of an execution of the job evaluate
     */
    @POST
    @Path("{executionId}/stop")
    @ApiResponse(responseCode = "202", description = "The evaluation as it is now",
            content = @Content(schema = @Schema(implementation = EvaluationView.class)))
    public Response stop(@PathParam("executionId") String executionId) {
        long id = find(executionId).executionId();
        jobs.stop(id);
        return accepted(Response.Status.ACCEPTED, id);
    }

    /**
     * Lets an evaluation go on behind the last row that it has evaluated, as a new execution.
     *
     * @param executionId of the latest execution of an evaluation
     */
    @POST
    @Path("{executionId}/restart")
    @ApiResponse(responseCode = "202", description = "The new execution",
            content = @Content(schema = @Schema(implementation = EvaluationView.class)))
    public Response restart(@PathParam("executionId") String executionId) {
        return accepted(Response.Status.ACCEPTED, jobs.restart(find(executionId).executionId()));
    }

    /**
     * Gives a file of the report.
     *
     * @param executionId of any execution of the evaluation
     * @param file        report.json, report.en.html or report.zh.html
     */
    @GET
    @Path("{executionId}/{file:report\\..*}")
    @Produces({MediaType.TEXT_HTML, MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
    @ApiResponse(responseCode = "200", description = "The file",
            content = @Content(mediaType = "text/html", schema = @Schema(type = "string")))
    public Response report(@PathParam("executionId") String executionId, @PathParam("file") String file) {
        return EvaluationFile.of(Optional.of(evaluations.folder(find(executionId))), file);
    }

    private Response accepted(Response.Status status, long executionId) {
        return Response.status(status).location(URI.create(address(executionId)))
                .entity(view(evaluations.find(executionId))).build();
    }

    private EvaluationView view(JobExecutionSummary execution) {
        return EvaluationView.of(execution, runs.progress(execution.run()), runs.place(execution.executionId()),
                evaluations.folder(execution), address(execution.executionId()));
    }

    private String address(long executionId) {
        return uri.getBaseUriBuilder().path(EvaluationsResource.class).path(Long.toString(executionId)).build()
                .getPath();
    }

    private JobExecutionSummary find(String executionId) {
        try {
            return evaluations.find(Long.parseLong(executionId));
        } catch (NumberFormatException e) {
            throw MESSAGES.executionIdNotANumber(executionId);
        }
    }
}
