package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.annotation.JsonInclude;
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

    /** A page of purges, the newest first. */
    public record PurgePage(int total, int offset, int limit, List<PurgeView> purges) {
    }

    /**
     * A purge.
     *
     * @param report missing before its end
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record PurgeView(long executionId, String status, String exitStatus, String created, String ended,
                            Map<String, String> parameters, PurgeReport report, String self) {
    }

    @GET
    public PurgePage list(@QueryParam("offset") @DefaultValue("0") String offset,
                          @QueryParam("limit") @DefaultValue("20") String limit) {
        int from = QueryNumber.read("offset", offset, 0, Integer.MAX_VALUE - LONGEST_PAGE);
        int count = QueryNumber.read("limit", limit, 1, LONGEST_PAGE);
        return new PurgePage(purges.count(), from, count, purges.list(from, count).stream().map(this::view).toList());
    }

    /** Starts a purge: the body is an object of job parameters, {@code {}} for a dry run with the defaults. */
    @POST
    public Response start(JsonNode body) {
        long executionId = purges.start(JobParameterBody.read(body));
        return Response.status(Response.Status.CREATED).location(URI.create(address(executionId)))
                .entity(view(purges.find(executionId))).build();
    }

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
