package org.medtune.web.openapi;

import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** What {@link org.medtune.web.rest.RunEventsFilter} serves, which is no JAX-RS resource, in JAX-RS' words. */
@Path("jobs/{executionId}/events")
interface RunEventsDescription {

    /**
     * Follows a run while it is executed, as server-sent events.
     *
     * @param executionId of the execution
     * @param lastEventId the last step that the reader has, as a browser tells when it connects again
     */
    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @ApiResponse(responseCode = "200", description = "An event for each step, and one whenever the execution changes",
            content = @Content(mediaType = "text/event-stream", schema = @Schema(type = "string")))
    String events(@PathParam("executionId") String executionId, @HeaderParam("Last-Event-ID") String lastEventId);
}
