package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.medtune.access.AuditTrail;
import org.medtune.conversation.Conversation;
import org.medtune.conversation.ConversationExport;
import org.medtune.conversation.Conversations;

/** The user's conversations: list, search, begin, read, go on, rename, export, delete. */
@Path("chat/conversations")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
@Consumes(MediaType.APPLICATION_JSON)
public class ConversationsResource {

    private static final int LONGEST_PAGE = 200;

    @Inject
    private Conversations conversations;

    @Inject
    private CurrentUser user;

    @Inject
    private AuditTrail audit;

    @Context
    private UriInfo uri;

    /**
     * A page of conversations, the latest first; there are more if it is full.
     *
     * @param offset        how many were passed over
     * @param limit         the most that were asked for
     * @param conversations the latest first
     */
    public record ConversationPage(int offset, int limit, List<ConversationView> conversations) {
    }

    /**
     * Another title.
     *
     * @param title the new one
     */
    public record TitleBody(String title) {
    }

    /**
     * Lists the user's conversations, the latest first, or those with the searched text in their title or their
     * messages.
     *
     * @param search a text; empty for all
     * @param offset how many to pass over
     * @param limit  the most to give, 1 to 200
     */
    @GET
    public ConversationPage list(@QueryParam("search") @DefaultValue("") String search,
                                 @QueryParam("offset") @DefaultValue("0") String offset,
                                 @QueryParam("limit") @DefaultValue("50") String limit) {
        int from = QueryNumber.read("offset", offset, 0, Integer.MAX_VALUE - LONGEST_PAGE);
        int count = QueryNumber.read("limit", limit, 1, LONGEST_PAGE);
        return new ConversationPage(from, count, conversations.list(user.name(), search, from, count).stream()
                .map(ConversationView::of).toList());
    }

    /**
     * Begins a conversation with its first question.
     *
     * @param body the question, and one or two models to answer it
     */
    @POST
    @ApiResponse(responseCode = "201", description = "The new conversation",
            content = @Content(schema = @Schema(implementation = ConversationView.class)))
    public Response begin(QuestionBody body) {
        QuestionBody question = QuestionBody.require(body);
        audit.question(String.join(", ", question.models()), question.question());
        String id = conversations.begin(user.name(), question.question(), question.models()).id();
        return Response.created(uri.getAbsolutePathBuilder().path(id).build()).entity(show(id)).build();
    }

    /**
     * Shows a conversation with its messages.
     *
     * @param id of the conversation
     */
    @GET
    @Path("{id}")
    public ConversationView show(@PathParam("id") String id) {
        return ConversationView.of(conversations.find(user.name(), id), conversations.messages(user.name(), id));
    }

    /**
     * Asks the next question.
     *
     * @param id   of the conversation
     * @param body the question, and one or two models to answer it
     */
    @POST
    @Path("{id}/messages")
    @ApiResponse(responseCode = "202", description = "The conversation with the answer that is being written",
            content = @Content(schema = @Schema(implementation = ConversationView.class)))
    public Response ask(@PathParam("id") String id, QuestionBody body) {
        QuestionBody question = QuestionBody.require(body);
        audit.question(String.join(", ", question.models()), question.question());
        conversations.ask(user.name(), id, question.question(), question.models());
        return Response.accepted(show(id)).build();
    }

    /**
     * Gives a conversation another title.
     *
     * @param id   of the conversation
     * @param body the title
     */
    @PUT
    @Path("{id}/title")
    public ConversationView rename(@PathParam("id") String id, TitleBody body) {
        if (body == null || body.title() == null) {
            throw MESSAGES.bodyLacks("title");
        }
        conversations.rename(user.name(), id, body.title());
        return ConversationView.of(conversations.find(user.name(), id));
    }

    /**
     * Deletes a conversation with its messages.
     *
     * @param id of the conversation
     */
    @DELETE
    @Path("{id}")
    public void delete(@PathParam("id") String id) {
        conversations.delete(user.name(), id);
    }

    /**
     * Gives the whole conversation as a file.
     *
     * @param id     of the conversation
     * @param format markdown or json
     */
    @GET
    @Path("{id}/export")
    @Produces({"text/markdown", MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
    @ApiResponse(responseCode = "200", description = "The file",
            content = @Content(mediaType = "text/markdown", schema = @Schema(type = "string")))
    public Response export(@PathParam("id") String id, @QueryParam("format") @DefaultValue("markdown") String format) {
        Conversation conversation = conversations.find(user.name(), id);
        ConversationExport export = new ConversationExport(conversation, conversations.messages(user.name(), id));
        return switch (format) {
            case "markdown" -> file(conversation, "md", "text/markdown;charset=UTF-8", export.markdown());
            case "json" -> file(conversation, "json", MediaType.APPLICATION_JSON, export.json());
            default -> throw MESSAGES.notOneOf("format", format, "markdown, json");
        };
    }

    private static Response file(Conversation conversation, String suffix, String type, String text) {
        String name = conversation.title().replaceAll("[\\p{Cntrl}\\\\/:*?\"<>|]", "_") + "." + suffix;
        // as RFC 6266 has it, for names beyond ASCII
        String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
        return Response.ok(text.getBytes(StandardCharsets.UTF_8), type).header(HttpHeaders.CONTENT_DISPOSITION,
                "attachment; filename=\"conversation." + suffix + "\"; filename*=UTF-8''" + encoded).build();
    }
}
