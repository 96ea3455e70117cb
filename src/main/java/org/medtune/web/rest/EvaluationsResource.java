package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.databind.JsonNode;
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

    /** A page of evaluations, the newest first, each by its latest execution. */
    public record EvaluationPage(int total, int offset, int limit, List<EvaluationView> evaluations) {
    }

    @GET
    public EvaluationPage list(@QueryParam("offset") @DefaultValue("0") String offset,
                               @QueryParam("limit") @DefaultValue("20") String limit) {
        int from = QueryNumber.read("offset", offset, 0, Integer.MAX_VALUE - LONGEST_PAGE);
        int count = QueryNumber.read("limit", limit, 1, LONGEST_PAGE);
        return new EvaluationPage(evaluations.count(), from, count,
                evaluations.list(from, count).stream().map(this::view).toList());
    }

    /** Starts an evaluation: the body is an object of the job's parameters. */
    @POST
    public Response start(JsonNode body) {
        return accepted(Response.Status.CREATED, evaluations.start(JobParameterBody.read(body)));
    }

    @GET
    @Path("{executionId}")
    public EvaluationView show(@PathParam("executionId") String executionId) {
        return view(find(executionId));
    }

    /** Asks for a stop, which acts within a row. */
    @POST
    @Path("{executionId}/stop")
    public Response stop(@PathParam("executionId") String executionId) {
        long id = find(executionId).executionId();
        jobs.stop(id);
        return accepted(Response.Status.ACCEPTED, id);
    }

    /** Lets an evaluation go on behind the last row that it has evaluated; the answer is its new execution. */
    @POST
    @Path("{executionId}/restart")
    public Response restart(@PathParam("executionId") String executionId) {
        return accepted(Response.Status.ACCEPTED, jobs.restart(find(executionId).executionId()));
    }

    /** A file of the report: {@code report.json}, {@code report.en.html} or {@code report.zh.html}. */
    @GET
    @Path("{executionId}/{file:report\\..*}")
    @Produces({MediaType.TEXT_HTML, MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
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
