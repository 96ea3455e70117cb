package org.medtune.web.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.medtune.chat.AnswerSnapshot;
import org.medtune.chat.AnswerSnapshot.Phase;

/**
 * A chat completion in OpenAI's form, whole ({@code chat.completion}) or a piece of one
 * ({@code chat.completion.chunk}).
 *
 * @param created seconds since 1970
 * @param usage   numbers of tokens; left out of pieces unless they are asked for
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Completion(String id, String object, long created, String model, List<Choice> choices, Usage usage) {

    /**
     * The one answer.
     *
     * @param message      of a whole completion
     * @param delta        of a piece: what has come
     * @param finishReason {@code stop} or {@code length}; null while it goes on
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Choice(int index, Text message, Text delta,
            @JsonInclude(JsonInclude.Include.ALWAYS) @JsonProperty("finish_reason") String finishReason) {}

    /**
     * A text.
     *
     * @param reasoningContent what stands before {@code </think>}, in the field that DeepSeek's API has for it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Text(String role, String content, @JsonProperty("reasoning_content") String reasoningContent) {}

    /** Numbers of tokens. */
    public record Usage(@JsonProperty("prompt_tokens") int promptTokens,
            @JsonProperty("completion_tokens") int completionTokens, @JsonProperty("total_tokens") int totalTokens) {

        static Usage of(AnswerSnapshot answer) {
            return new Usage(answer.promptTokens(), answer.answerTokens(),
                    answer.promptTokens() + answer.answerTokens());
        }
    }

    /** Why an answer has ended. */
    static String finishReason(AnswerSnapshot answer) {
        return answer.phase() == Phase.LENGTH ? "length" : "stop";
    }
}
