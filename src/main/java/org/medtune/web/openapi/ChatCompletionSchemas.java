package org.medtune.web.openapi;

import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.models.Components;
import java.util.List;

/** The two bodies of {@code /v1/chat/completions}, which the resource reads and writes field by field. */
final class ChatCompletionSchemas {

    private ChatCompletionSchemas() {
    }

    /**
     * What a chat completion is asked for by, as OpenAI's reference has it; other fields are ignored.
     *
     * @param model                 base, an adapter's name, or RUN:STEP for a checkpoint
     * @param messages              the conversation so far, the newest message last
     * @param stream                whether the answer comes in pieces, as server-sent events
     * @param stream_options        what else comes in a stream
     * @param temperature           0 to 2; 0 takes the most likely token, 1 unless given
     * @param top_p                 above 0 and at most 1, which is the default
     * @param top_k                 the most likely tokens to draw from; 0, the default, is for all
     * @param repetition_penalty    above 0; 1, the default, is for none
     * @param seed                  of the random draws
     * @param stop                  texts that end the answer
     * @param max_tokens            the longest answer; 4096 unless given
     * @param max_completion_tokens the same by its newer name, which wins
     * @param n                     1 only
     * @param user                  who asks, for limits and the order of the queue
     */
    @Schema(name = "ChatCompletionRequest", requiredProperties = {"model", "messages"})
    record Request(String model, List<Message> messages, Boolean stream, StreamOptions stream_options,
                   Double temperature, Double top_p, Integer top_k, Double repetition_penalty, Long seed,
                   List<String> stop, Integer max_tokens, Integer max_completion_tokens, Integer n, String user) {
    }

    /**
     * A message of a conversation.
     *
     * @param role              system, user or assistant
     * @param content           its text
     * @param reasoning_content what the model reasoned before; in answers only
     */
    @Schema(name = "ChatCompletionMessage")
    record Message(String role, String content, String reasoning_content) {
    }

    /**
     * What else comes in a stream.
     *
     * @param include_usage whether the last piece tells the numbers of tokens
     */
    @Schema(name = "ChatCompletionStreamOptions")
    record StreamOptions(Boolean include_usage) {
    }

    /**
     * An answer in one piece. In a stream its pieces have the same fields, with {@code delta} instead of
     * {@code message}.
     *
     * @param id      of the completion
     * @param object  chat.completion
     * @param created seconds since 1970
     * @param model   that has answered
     * @param choices one
     * @param usage   tokens of the question and of the answer
     */
    @Schema(name = "ChatCompletion")
    record Answer(String id, String object, long created, String model, List<Choice> choices, Usage usage) {
    }

    /**
     * The answer's text.
     *
     * @param index         0
     * @param message       the text
     * @param finish_reason stop or length
     */
    @Schema(name = "ChatCompletionChoice")
    record Choice(int index, Message message, String finish_reason) {
    }

    /**
     * Numbers of tokens.
     *
     * @param prompt_tokens     of the conversation
     * @param completion_tokens of the answer
     * @param total_tokens      of both
     */
    @Schema(name = "ChatCompletionUsage")
    record Usage(int prompt_tokens, int completion_tokens, int total_tokens) {
    }

    static void addTo(Components components) {
        ModelConverters.getInstance().readAll(Request.class).forEach(components::addSchemas);
        ModelConverters.getInstance().readAll(Answer.class).forEach(components::addSchemas);
    }
}
