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
import org.medtune.batch.ExportControl;
import org.medtune.batch.JobControl;
import org.medtune.batch.JobExecutionSummary;

/** Executions of the job {@code merge-adapter}: start, list, show, stop, restart. */
@Path("exports")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
@Consumes(MediaType.APPLICATION_JSON)
public class ExportsResource {

    private static final int LONGEST_PAGE = 100;

    @Inject
    private ExportControl exports;

    @Inject
    private JobControl jobs;

    @Context
    private UriInfo uri;

    /**
     * A page of exports, the newest first, each by its latest execution.
     *
     * @param total   how many there are
     * @param offset  how many were passed over
     * @param limit   the most that were asked for
     * @param exports the newest first
     */
    public record ExportPage(int total, int offset, int limit, List<ExportView> exports) {
    }

    /**
     * Lists exports of merged adapters, the newest first, each by its latest execution.
     *
     * @param offset how many to pass over
     * @param limit  the most to give, 1 to 100
     */
    @GET
    public ExportPage list(@QueryParam("offset") @DefaultValue("0") String offset,
                           @QueryParam("limit") @DefaultValue("20") String limit) {
        int from = QueryNumber.read("offset", offset, 0, Integer.MAX_VALUE - LONGEST_PAGE);
        int count = QueryNumber.read("limit", limit, 1, LONGEST_PAGE);
        return new ExportPage(exports.count(), from, count,
                exports.list(from, count).stream().map(this::view).toList());
    }

    /**
     * Starts an export, which merges an adapter into its base model and writes that as a folder of its own, for
     * programs that know no adapters.
     *
     * @param body an object of the job's parameters; the adapter must be given
     */
    @POST
    @ApiResponse(responseCode = "201", description = "The export that has begun",
            content = @Content(schema = @Schema(implementation = ExportView.class)))
    public Response start(
            @RequestBody(content = @Content(schema = @Schema(ref = "#/components/schemas/ExportParameters")))
            JsonNode body) {
        return accepted(Response.Status.CREATED, exports.start(JobParameterBody.read(body)));
    }

    /**
     * Shows an export.
     *
     * @param executionId of an execution of the job merge-adapter
     */
    @GET
    @Path("{executionId}")
    public ExportView show(@PathParam("executionId") String executionId) {
        return view(find(executionId));
    }

    /**
     * Asks for a stop, which acts within a second while weights are written; nothing of the folder stays.
     *
     * @param executionId of an execution of the job merge-adapter
     */
    @POST
    @Path("{executionId}/stop")
    @ApiResponse(responseCode = "202", description = "The export as it is now",
            content = @Content(schema = @Schema(implementation = ExportView.class)))
    public Response stop(@PathParam("executionId") String executionId) {
        long id = find(executionId).executionId();
        jobs.stop(id);
        return accepted(Response.Status.ACCEPTED, id);
    }

    /**
     * Makes an export anew that was stopped or has failed, as a new execution.
     *
     * @param executionId of the latest execution of an export
     */
    @POST
    @Path("{executionId}/restart")
    @ApiResponse(responseCode = "202", description = "The new execution",
            content = @Content(schema = @Schema(implementation = ExportView.class)))
    public Response restart(@PathParam("executionId") String executionId) {
        return accepted(Response.Status.ACCEPTED, exports.restart(find(executionId).executionId()));
    }

    private Response accepted(Response.Status status, long executionId) {
        return Response.status(status).location(URI.create(address(executionId)))
                .entity(view(exports.find(executionId))).build();
    }

    private ExportView view(JobExecutionSummary execution) {
        return ExportView.of(execution, exports.folder(execution), address(execution.executionId()));
    }

    private String address(long executionId) {
        return uri.getBaseUriBuilder().path(ExportsResource.class).path(Long.toString(executionId)).build().getPath();
    }

    private JobExecutionSummary find(String executionId) {
        try {
            return exports.find(Long.parseLong(executionId));
        } catch (NumberFormatException e) {
            throw MESSAGES.executionIdNotANumber(executionId);
        }
    }
}
