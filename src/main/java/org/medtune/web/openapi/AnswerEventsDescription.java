package org.medtune.web.openapi;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;

/** What {@link org.medtune.web.rest.AnswerEventsServlet} serves, which is no JAX-RS resource, in JAX-RS' words. */
@Path("chat/answers/{answer}/events")
interface AnswerEventsDescription {

    /**
     * Follows an answer while it is written, as server-sent events: each has what is new of reasoning and content, and
     * the last one how the answer ended.
     *
     * @param answer      the field {@code answer} of a message that is being written
     * @param reasoning   characters of the reasoning that the reader has already
     * @param content     characters of the answer's text that the reader has already
     * @param lastEventId what a browser sends when it connects again; wins over the two numbers
     */
    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    String events(@PathParam("answer") String answer, @QueryParam("reasoning") int reasoning,
                  @QueryParam("content") int content, @HeaderParam("Last-Event-ID") String lastEventId);
}
