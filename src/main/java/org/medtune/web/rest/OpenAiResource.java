package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.time.Instant;
import java.util.List;
import org.medtune.access.AuditTrail;
import org.medtune.chat.AnswerSnapshot;
import org.medtune.chat.AnswerSnapshot.Phase;
import org.medtune.chat.ChatAnswer;
import org.medtune.chat.ChatModel;
import org.medtune.chat.ChatRequest;
import org.medtune.chat.ChatService;

/** Models, and chat completions, as OpenAI's clients ask for them. */
@Path("/")
@RequestScoped
@Consumes(MediaType.APPLICATION_JSON)
public class OpenAiResource {

    private static final String EVENTS = "text/event-stream; charset=utf-8";
    private static final long STARTED = Instant.now().getEpochSecond();

    @Inject
    private ChatService chat;

    @Inject
    private AnswerThreads threads;

    @Inject
    private CurrentUser user;

    @Inject
    private AuditTrail audit;

    /**
     * A list of models.
     *
     * @param object list
     * @param data   the models
     */
    public record Models(String object, List<Model> data) {}

    /**
     * A model; when it was created is when this server started.
     *
     * @param id      by which it is asked
     * @param object  model
     * @param created seconds since 1970
     * @param ownedBy medtune
     */
    public record Model(String id, String object, long created, @JsonProperty("owned_by") String ownedBy) {

        static Model of(ChatModel model) {
            return new Model(model.id(), "model", STARTED, "medtune");
        }
    }

    /** Lists the models that can be asked. */
    @GET
    @Path("models")
    @Produces(MediaType.APPLICATION_JSON)
    public Models models() {
        return new Models("list", chat.models().stream().map(Model::of).toList());
    }

    /**
     * Shows a model that can be asked.
     *
     * @param id of the model
     */
    @GET
    @Path("models/{id}")
    @Produces(MediaType.APPLICATION_JSON)
    public Model model(@PathParam("id") String id) {
        return chat.models().stream().filter(model -> model.id().equals(id)).findFirst().map(Model::of)
                .orElseThrow(() -> MESSAGES.noSuchChatModel(id));
    }

    /**
     * Answers a conversation, whole or as a stream of server-sent events.
     *
     * @param json as OpenAI has it
     */
    @POST
    @Path("chat/completions")
    @ApiResponse(responseCode = "200", description = "The answer, whole or as a stream",
            content = @Content(schema = @Schema(ref = "#/components/schemas/ChatCompletion")))
    public void complete(
            @RequestBody(content = @Content(schema = @Schema(ref = "#/components/schemas/ChatCompletionRequest")))
            JsonNode json,
            @Suspended AsyncResponse response) {
        CompletionBody body = new CompletionBody(json);
        boolean stream = body.stream();
        boolean includeUsage = body.includeUsage();
        ChatRequest request = body.request(user.name());
        audit.question(request.model(), request.messages().get(request.messages().size() - 1).content());
        ChatAnswer answer = chat.ask(request);
        CompletionWriter writer = new CompletionWriter(answer);
        threads.write(answer, () -> {
            if (stream) {
                StreamingOutput events = out -> writer.writeEvents(out, includeUsage);
                response.resume(Response.ok(events, EVENTS).header("Cache-Control", "no-cache")
                        .header("X-Accel-Buffering", "no").build());
            } else {
                response.resume(whole(answer, writer));
            }
        });
    }

    /** A short answer, or one that fails soon, with its own status; a longer one is written while it comes. */
    private static Response whole(ChatAnswer answer, CompletionWriter writer) {
        try {
            AnswerSnapshot snapshot = writer.await();
            if (snapshot.phase() == Phase.FAILED) {
                return OpenAiError.of(snapshot.failure()).toResponse(OpenAiError.status(snapshot.failure()));
            }
            Object entity = snapshot.phase().isFinal() ? writer.whole(snapshot)
                    : (StreamingOutput) writer::writeWhole;
            return Response.ok(entity, MediaType.APPLICATION_JSON_TYPE).build();
        } catch (InterruptedException e) {
            answer.cancel();
            Thread.currentThread().interrupt();
            return OpenAiError.of(MESSAGES.answersEnded()).toResponse(503);
        }
    }
}
