package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

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

    /** A page of conversations, the latest first; there are more if it is full. */
    public record ConversationPage(int offset, int limit, List<ConversationView> conversations) {
    }

    /** Another title. */
    public record TitleBody(String title) {
    }

    /** Lists all, or those with the searched text in their title or their messages. */
    @GET
    public ConversationPage list(@QueryParam("search") @DefaultValue("") String search,
                                 @QueryParam("offset") @DefaultValue("0") String offset,
                                 @QueryParam("limit") @DefaultValue("50") String limit) {
        int from = QueryNumber.read("offset", offset, 0, Integer.MAX_VALUE - LONGEST_PAGE);
        int count = QueryNumber.read("limit", limit, 1, LONGEST_PAGE);
        return new ConversationPage(from, count, conversations.list(user.name(), search, from, count).stream()
                .map(ConversationView::of).toList());
    }

    /** Begins a conversation with its first question. */
    @POST
    public Response begin(QuestionBody body) {
        QuestionBody question = QuestionBody.require(body);
        audit.question(String.join(", ", question.models()), question.question());
        String id = conversations.begin(user.name(), question.question(), question.models()).id();
        return Response.created(uri.getAbsolutePathBuilder().path(id).build()).entity(show(id)).build();
    }

    @GET
    @Path("{id}")
    public ConversationView show(@PathParam("id") String id) {
        return ConversationView.of(conversations.find(user.name(), id), conversations.messages(user.name(), id));
    }

    /** Asks the next question. */
    @POST
    @Path("{id}/messages")
    public Response ask(@PathParam("id") String id, QuestionBody body) {
        QuestionBody question = QuestionBody.require(body);
        audit.question(String.join(", ", question.models()), question.question());
        conversations.ask(user.name(), id, question.question(), question.models());
        return Response.accepted(show(id)).build();
    }

    @PUT
    @Path("{id}/title")
    public ConversationView rename(@PathParam("id") String id, TitleBody body) {
        if (body == null || body.title() == null) {
            throw MESSAGES.bodyLacks("title");
        }
        conversations.rename(user.name(), id, body.title());
        return ConversationView.of(conversations.find(user.name(), id));
    }

    @DELETE
    @Path("{id}")
    public void delete(@PathParam("id") String id) {
        conversations.delete(user.name(), id);
    }

    /** The whole conversation as a file, Markdown or JSON. */
    @GET
    @Path("{id}/export")
    @Produces({"text/markdown", MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
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
