package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Locale;
import java.util.Optional;
import org.medtune.access.AuditTrail;
import org.medtune.conversation.Conversations;
import org.medtune.conversation.Feedback;

/** Single messages of the user's conversations: edit, regenerate, stop, rate. */
@Path("chat/messages/{id}")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
@Consumes(MediaType.APPLICATION_JSON)
public class MessagesResource {

    @Inject
    private Conversations conversations;

    @Inject
    private CurrentUser user;

    @Inject
    private AuditTrail audit;

    /** The number of the message. */
    @PathParam("id")
    private String id;

    /**
     * The model that is to answer, or null for the one that has.
     *
     * @param model its id
     */
    public record RegenerateBody(String model) {
    }

    /**
     * A rating, up or down; the comment may be missing.
     *
     * @param rating  up or down
     * @param comment may be missing
     */
    public record FeedbackBody(String rating, String comment) {
    }

    /**
     * Asks another question in the place of this one; what followed it is deleted.
     *
     * @param body the question, and one or two models to answer it
     */
    @POST
    @Path("edit")
    @ApiResponse(responseCode = "202", description = "The answer is being written")
    public Response edit(QuestionBody body) {
        QuestionBody question = QuestionBody.require(body);
        audit.question(String.join(", ", question.models()), question.question());
        conversations.edit(user.name(), id(), question.question(), question.models());
        return Response.accepted().build();
    }

    /**
     * Writes this answer anew; what followed it is deleted.
     *
     * @param body the model; may be missing
     */
    @POST
    @Path("regenerate")
    @ApiResponse(responseCode = "202", description = "The answer is being written")
    public Response regenerate(RegenerateBody body) {
        conversations.regenerate(user.name(), id(), Optional.ofNullable(body).map(RegenerateBody::model));
        return Response.accepted().build();
    }

    /** Ends this answer; what there is of it stays. */
    @POST
    @Path("stop")
    @ApiResponse(responseCode = "202", description = "The answer ends")
    public Response stop() {
        conversations.stop(user.name(), id());
        return Response.accepted().build();
    }

    /**
     * Rates an answer.
     *
     * @param body the rating
     */
    @PUT
    @Path("feedback")
    public void rate(FeedbackBody body) {
        if (body == null || body.rating() == null) {
            throw MESSAGES.bodyLacks("rating");
        }
        conversations.rate(user.name(), id(),
                new Feedback(rating(body.rating()), body.comment() == null ? "" : body.comment().strip()));
    }

    /** Takes the rating of an answer back. */
    @DELETE
    @Path("feedback")
    public void removeRating() {
        conversations.removeRating(user.name(), id());
    }

    private long id() {
        try {
            return Long.parseLong(id);
        } catch (NumberFormatException e) {
            throw MESSAGES.noSuchMessage(id);
        }
    }

    private static Feedback.Rating rating(String text) {
        for (Feedback.Rating rating : Feedback.Rating.values()) {
            if (rating.name().toLowerCase(Locale.ROOT).equals(text)) {
                return rating;
            }
        }
        throw MESSAGES.notOneOf("rating", text, "up, down");
    }
}
