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
import java.util.List;
import org.medtune.batch.DownloadControl;
import org.medtune.batch.JobControl;
import org.medtune.batch.JobExecutionSummary;
import org.medtune.catalogue.Downloads;

/** Executions of the job {@code download}: start, list, show, stop, restart. */
@Path("downloads")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
@Consumes(MediaType.APPLICATION_JSON)
public class DownloadsResource {

    private static final int LONGEST_PAGE = 100;

    @Inject
    private DownloadControl control;

    @Inject
    private JobControl jobs;

    @Inject
    private Downloads downloads;

    @Context
    private UriInfo uri;

    /**
     * A page of downloads, the newest first, each by its latest execution.
     *
     * @param offset    how many were passed over
     * @param limit     the most that were asked for
     * @param downloads the newest first
     */
    public record DownloadPage(int offset, int limit, List<DownloadView> downloads) {
    }

    /**
     * Lists downloads, the newest first, each by its latest execution.
     *
     * @param offset how many to pass over
     * @param limit  the most to give, 1 to 100
     */
    @GET
    public DownloadPage list(@QueryParam("offset") @DefaultValue("0") String offset,
                             @QueryParam("limit") @DefaultValue("20") String limit) {
        int from = QueryNumber.read("offset", offset, 0, Integer.MAX_VALUE - LONGEST_PAGE);
        int count = QueryNumber.read("limit", limit, 1, LONGEST_PAGE);
        return new DownloadPage(from, count, control.list(from, count).stream().map(this::view).toList());
    }

    /**
     * Starts a download of a model or a dataset.
     *
     * @param body an object of the job's parameters
     */
    @POST
    @ApiResponse(responseCode = "201", description = "The download that has begun",
            content = @Content(schema = @Schema(implementation = DownloadView.class)))
    public Response start(
            @RequestBody(content = @Content(schema = @Schema(ref = "#/components/schemas/DownloadParameters")))
            JsonNode body) {
        return accepted(Response.Status.CREATED, control.start(JobParameterBody.read(body)));
    }

    /**
     * Shows a download.
     *
     * @param executionId of an execution of the job download
     */
    @GET
    @Path("{executionId}")
    public DownloadView show(@PathParam("executionId") String executionId) {
        return view(find(executionId));
    }

    /**
     * Asks for a stop, which acts within a second; what has come stays.
     *
     * @param executionId of an execution of the job download
     */
    @POST
    @Path("{executionId}/stop")
    @ApiResponse(responseCode = "202", description = "The download as it is now",
            content = @Content(schema = @Schema(implementation = DownloadView.class)))
    public Response stop(@PathParam("executionId") String executionId) {
        long id = find(executionId).executionId();
        jobs.stop(id);
        return accepted(Response.Status.ACCEPTED, id);
    }

    /**
     * Lets a download go on where it was, as a new execution.
     *
     * @param executionId of the latest execution of a download
     */
    @POST
    @Path("{executionId}/restart")
    @ApiResponse(responseCode = "202", description = "The new execution",
            content = @Content(schema = @Schema(implementation = DownloadView.class)))
    public Response restart(@PathParam("executionId") String executionId) {
        return accepted(Response.Status.ACCEPTED, jobs.restart(find(executionId).executionId()));
    }

    private Response accepted(Response.Status status, long executionId) {
        return Response.status(status).location(uri.getBaseUriBuilder().path(DownloadsResource.class)
                .path(Long.toString(executionId)).build()).entity(view(jobs.find(executionId))).build();
    }

    private DownloadView view(JobExecutionSummary execution) {
        return DownloadView.of(execution, downloads.find(execution.run().instanceId()));
    }

    private JobExecutionSummary find(String executionId) {
        try {
            return control.find(Long.parseLong(executionId));
        } catch (NumberFormatException e) {
            throw MESSAGES.executionIdNotANumber(executionId);
        }
    }
}
