package org.medtune.web.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.medtune.catalogue.Adapters;
import org.medtune.chat.ChatModel;
import org.medtune.chat.ChatService;
import org.medtune.conversation.Conversations;
import org.medtune.conversation.FeedbackExport;
import org.medtune.ops.EvaluationFolder;
import org.medtune.ops.RunProgress;
import org.medtune.ops.RunProgressBoard;

/** What the chat page needs to know besides conversations, and a user's feedback as a dataset. */
@Path("chat")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
@Consumes(MediaType.APPLICATION_JSON)
public class ChatResource {

    @Inject
    private ChatService chat;

    @Inject
    private Conversations conversations;

    @Inject
    private RunProgressBoard board;

    @Inject
    private Adapters adapters;

    @Inject
    private CurrentUser user;

    /**
     * The models that can be asked, the base model first.
     *
     * @param models the base model first
     */
    public record Session(List<ModelView> models) {
    }

    /**
     * A model.
     *
     * @param id         by which it is asked
     * @param kind       base, adapter or checkpoint
     * @param evaluation the folder of its evaluation's report below {@code api/chat/}; missing without one
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "ChatModelView")
    public record ModelView(String id, String kind, String evaluation) {
    }

    /**
     * What else the server is doing.
     *
     * @param runs those that this server is executing
     */
    public record Status(List<RunView> runs) {
    }

    /**
     * A run that this server is executing: its phase, and how far it is.
     *
     * @param run     its number
     * @param phase   what it is doing
     * @param percent of that phase
     */
    public record RunView(long run, String phase, int percent) {

        static RunView of(Map.Entry<Long, RunProgress> entry) {
            return new RunView(entry.getKey(), MessageView.lower(entry.getValue().phase()),
                    (int) Math.round(100 * entry.getValue().share()));
        }
    }

    /**
     * Tells what a page begins with, the models that can be asked. Conversations that this browser had before there
     * were logins become the user's.
     */
    @POST
    @Path("session")
    public Session begin(@Context HttpServletRequest request, @Context HttpServletResponse response) {
        FormerBrowser.name(request).ifPresent(former -> {
            conversations.adopt(former, user.name());
            FormerBrowser.forget(request, response);
        });
        return new Session(models());
    }

    /** Lists the models that can be asked, the base model first. */
    @GET
    @Path("models")
    public List<ModelView> models() {
        return chat.models().stream()
                .map(model -> new ModelView(model.id(), MessageView.lower(model.kind()), evaluation(model))).toList();
    }

    /** Tells which runs this server is executing, as they slow answers down. */
    @GET
    @Path("status")
    public Status status() {
        // one that waits for a device slows nobody down
        return new Status(board.all().entrySet().stream()
                .filter(entry -> entry.getValue().phase() != RunProgress.Phase.QUEUE)
                .sorted(Map.Entry.comparingByKey()).map(RunView::of).toList());
    }

    /** Gives the user's own rated answers as a dataset. */
    @GET
    @Path("feedback")
    @Produces({"application/jsonl", Problem.MEDIA_TYPE})
    @ApiResponse(responseCode = "200", description = "A row of a dataset in each line",
            content = @Content(mediaType = "application/jsonl", schema = @Schema(type = "string")))
    public Response feedback() {
        return Response.ok(FeedbackExport.jsonLines(conversations.ratedAnswers(user.name())))
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"feedback.jsonl\"").build();
    }

    /**
     * Gives a file of the report of an adapter that can be chosen, for whoever chats.
     *
     * @param adapter its name
     * @param file    report.json, report.en.html or report.zh.html
     */
    @GET
    @Path("evaluations/{adapter}/{file}")
    @Produces({MediaType.TEXT_HTML, MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
    @ApiResponse(responseCode = "200", description = "The file",
            content = @Content(mediaType = "text/html", schema = @Schema(type = "string")))
    public Response evaluation(@PathParam("adapter") String adapter, @PathParam("file") String file) {
        return EvaluationFile.of(adapters.evaluation(adapter), file);
    }

    private String evaluation(ChatModel model) {
        return Optional.of(model.id()).filter(id -> model.kind() == ChatModel.Kind.ADAPTER)
                .flatMap(adapters::evaluation).flatMap(folder -> folder.file(EvaluationFolder.REPORT))
                .map(report -> "evaluations/" + model.id() + "/").orElse(null);
    }
}
