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
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import org.medtune.batch.JobControl;
import org.medtune.batch.JobExecutionSummary;
import org.medtune.ops.AdapterPublication;

/** Publishes a checkpoint of a run that is not at work: of a stopped or failed one too, and an earlier one too. */
@Path("jobs/{executionId}/publish")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
@Consumes(MediaType.APPLICATION_JSON)
public class PublicationResource {

    @Inject
    private ExecutionPath executions;

    @Inject
    private JobControl jobs;

    @Context
    private UriInfo uri;

    /**
     * A published adapter.
     *
     * @param name        by which chat, merging and evaluation know it
     * @param folder      where it is
     * @param executionId the execution that was asked for
     * @param step        of the checkpoint that it is
     * @param created     false if it had been published before, by that name and with the same values
     * @param adapter     its address
     */
    public record Publication(String name, String folder, long executionId, int step, boolean created, String adapter) {
    }

    /**
     * What is to be published.
     *
     * @param name of the adapter; without it, it gets the name that the run would give it
     * @param step of the checkpoint; without it, the newest intact one
     */
    public record PublicationBody(String name, Integer step) {
    }

    /**
     * Publishes a checkpoint under a name. What is published already is never changed; to publish the same once more is
     * no error.
     *
     * @param executionId any execution of the run
     * @param body        which checkpoint, and by which name
     */
    @POST
    @ApiResponse(responseCode = "201", description = "The adapter that is new",
            content = @Content(schema = @Schema(implementation = Publication.class)))
    @ApiResponse(responseCode = "200", description = "The adapter that was there already",
            content = @Content(schema = @Schema(implementation = Publication.class)))
    public Response publish(@PathParam("executionId") String executionId, @RequestBody(content = @Content(
            schema = @Schema(implementation = PublicationBody.class))) JsonNode body) {
        if (body == null || !body.isObject()) {
            throw MESSAGES.bodyNotAnObject();
        }
        body.fieldNames().forEachRemaining(name -> {
            if (!name.equals("name") && !name.equals("step")) {
                throw MESSAGES.bodyFieldNotOfShape(name, "unknown", "name and step only");
            }
        });
        JobExecutionSummary execution = executions.find(executionId);
        AdapterPublication.Published published =
                jobs.publish(execution.executionId(), name(body.path("name")), step(body.path("step")));
        String name = published.folder().getFileName().toString();
        String address = uri.getBaseUriBuilder().path(AdaptersResource.class).path(name).build().getPath();
        return Response.status(published.created() ? Response.Status.CREATED : Response.Status.OK)
                .location(URI.create(address))
                .entity(new Publication(name, published.folder().toString(), execution.executionId(), published.step(),
                        published.created(), address)).build();
    }

    private static String name(JsonNode field) {
        if (field.isMissingNode()) {
            return "";
        }
        if (!field.isTextual()) {
            throw MESSAGES.bodyFieldNotOfShape("name", field.toString(), "a string");
        }
        return field.asText();
    }

    private static Integer step(JsonNode field) {
        if (field.isMissingNode()) {
            return null;
        }
        if (!field.isInt() || field.asInt() < 1) {
            throw MESSAGES.bodyFieldNotOfShape("step", field.toString(), "a whole number of at least 1");
        }
        return field.asInt();
    }
}
