package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.annotation.JsonInclude;
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
import java.util.Map;
import org.medtune.batch.JobExecutionSummary;
import org.medtune.batch.PurgeControl;
import org.medtune.ops.PurgeReport;

/** Executions of the job {@code purge}: start, list, show. */
@Path("purges")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
@Consumes(MediaType.APPLICATION_JSON)
public class PurgesResource {

    private static final int LONGEST_PAGE = 100;

    @Inject
    private PurgeControl purges;

    @Context
    private UriInfo uri;

    /**
     * A page of purges, the newest first.
     *
     * @param total  how many there are
     * @param offset how many were passed over
     * @param limit  the most that were asked for
     * @param purges the newest first
     */
    public record PurgePage(int total, int offset, int limit, List<PurgeView> purges) {
    }

    /**
     * A purge.
     *
     * @param executionId of the execution
     * @param status      its batch status
     * @param exitStatus  a sentence that says what it did, or what went wrong
     * @param created     ISO 8601 in UTC
     * @param ended       missing while it runs
     * @param parameters  what the operator gave
     * @param report      missing before its end
     * @param self        its address
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record PurgeView(long executionId, String status, String exitStatus, String created, String ended,
                            Map<String, String> parameters, PurgeReport report, String self) {
    }

    /**
     * Lists purges, the newest first.
     *
     * @param offset how many to pass over
     * @param limit  the most to give, 1 to 100
     */
    @GET
    public PurgePage list(@QueryParam("offset") @DefaultValue("0") String offset,
                          @QueryParam("limit") @DefaultValue("20") String limit) {
        int from = QueryNumber.read("offset", offset, 0, Integer.MAX_VALUE - LONGEST_PAGE);
        int count = QueryNumber.read("limit", limit, 1, LONGEST_PAGE);
        return new PurgePage(purges.count(), from, count, purges.list(from, count).stream().map(this::view).toList());
    }

    /**
     * Starts a purge, which removes old runs or, unless dry.run is false, only tells which.
     *
     * @param body an object of the job's parameters; an empty one for a dry run with the defaults
     */
    @POST
    @ApiResponse(responseCode = "201", description = "The purge that has begun",
            content = @Content(schema = @Schema(implementation = PurgeView.class)))
    public Response start(
            @RequestBody(content = @Content(schema = @Schema(ref = "#/components/schemas/PurgeParameters")))
            JsonNode body) {
        long executionId = purges.start(JobParameterBody.read(body));
        return Response.status(Response.Status.CREATED).location(URI.create(address(executionId)))
                .entity(view(purges.find(executionId))).build();
    }

    /**
     * Shows a purge, with its report when it has ended.
     *
     * @param executionId of an execution of the job purge
     */
    @GET
    @Path("{executionId}")
    public PurgeView show(@PathParam("executionId") String executionId) {
        try {
            return view(purges.find(Long.parseLong(executionId)));
        } catch (NumberFormatException e) {
            throw MESSAGES.executionIdNotANumber(executionId);
        }
    }

    private PurgeView view(JobExecutionSummary execution) {
        boolean ended = execution.ended() != null;
        return new PurgeView(execution.executionId(), execution.status().name(), execution.exitStatus(),
                execution.created().toString(), ended ? execution.ended().toString() : null, execution.parameters(),
                ended ? purges.report(execution.executionId()).orElse(null) : null, address(execution.executionId()));
    }

    private String address(long executionId) {
        return uri.getBaseUriBuilder().path(PurgesResource.class).path(Long.toString(executionId)).build().getPath();
    }
}
