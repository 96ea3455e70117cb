package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.medtune.chat.ChatRequest;
import org.medtune.generation.SamplingParameters;
import org.medtune.model.ChatMessage;

/**
 * The body of a request for a chat completion, as OpenAI's reference has it. Fields that are null count as left out,
 * and unknown ones are ignored. Beyond OpenAI's there are {@code top_k} and {@code repetition_penalty}.
 *
 * <p>Source: OpenAI's API reference, "Create chat completion".
 */
final class CompletionBody {

    /** The longest answer of a request that does not say. */
    private static final int DEFAULT_MAX_TOKENS = 4096;
    private static final double HOTTEST = 2;

    private final JsonNode body;

    /**
     * A body whose fields are read when they are asked for; each may throw a {@link CompletionFieldException}.
     *
     * @throws org.medtune.InvalidInputException if it is no JSON object
     */
    CompletionBody(JsonNode body) {
        if (body == null || !body.isObject()) {
            throw MESSAGES.completionFieldWrong("the body", "no JSON object", "one with model and messages");
        }
        this.body = body;
    }

    /**
     * The question.
     *
     * @param caller who has logged in; the field {@code user} tells apart those in whose name that one asks
     */
    ChatRequest request(String caller) {
        String user = text("user").map(name -> caller + " for " + name).orElse(caller);
        String model = text("model").orElseThrow(() -> missing("model", "the id of a model"));
        if (whole("n", 1) != 1) {
            throw outOfRange("n", "1: there is one answer to a request");
        }
        for (String penalty : List.of("presence_penalty", "frequency_penalty")) {
            if (number(penalty, 0) != 0) {
                throw outOfRange(penalty, "0; repetition_penalty is there instead");
            }
        }
        return new ChatRequest(user, model, messages(), sampling());
    }

    /** Whether the answer is to come in pieces. */
    boolean stream() {
        return flag(body.path("stream"), "stream");
    }

    /** Whether the last piece is to tell the number of tokens. */
    boolean includeUsage() {
        return flag(body.path("stream_options").path("include_usage"), "stream_options");
    }

    private SamplingParameters sampling() {
        double temperature = number("temperature", 1);
        require(temperature >= 0 && temperature <= HOTTEST, "temperature", "from 0 to 2");
        double topP = number("top_p", 1);
        require(topP > 0 && topP <= 1, "top_p", "above 0 and at most 1");
        int topK = (int) Math.min(Integer.MAX_VALUE, whole("top_k", 0));
        require(topK >= 0, "top_k", "at least 0, which is for all tokens");
        double repetitionPenalty = number("repetition_penalty", 1);
        require(repetitionPenalty > 0, "repetition_penalty", "above 0; 1 is for none");
        String limit = present(body.path("max_completion_tokens")) ? "max_completion_tokens" : "max_tokens";
        long maxTokens = whole(limit, DEFAULT_MAX_TOKENS);
        require(maxTokens >= 1, limit, "at least 1");
        return new SamplingParameters(temperature, topP, topK, repetitionPenalty,
                whole("seed", ThreadLocalRandom.current().nextLong()), (int) Math.min(Integer.MAX_VALUE, maxTokens),
                stops());
    }

    private List<String> stops() {
        JsonNode stop = body.path("stop");
        List<String> stops = new ArrayList<>();
        if (stop.isArray()) {
            stop.forEach(element -> stops.add(stop(element)));
        } else if (present(stop)) {
            stops.add(stop(stop));
        }
        return List.copyOf(stops);
    }

    private static String stop(JsonNode node) {
        if (!node.isTextual() || node.textValue().isEmpty()) {
            throw wrong("stop", node, "a text of at least one character, or a list of them");
        }
        return node.textValue();
    }

    private List<ChatMessage> messages() {
        JsonNode messages = body.path("messages");
        if (!present(messages)) {
            throw missing("messages", "a list of messages, the newest one last");
        }
        if (!messages.isArray() || messages.isEmpty()) {
            throw wrong("messages", messages, "a list of messages, the newest one last");
        }
        List<ChatMessage> conversation = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            JsonNode role = messages.get(i).path("role");
            if (!role.isTextual()) {
                throw wrong("messages[" + i + "].role", role, "system, user or assistant");
            }
            // OpenAI's newer name for the same thing
            String known = role.textValue().equals("developer") ? "system" : role.textValue();
            conversation.add(new ChatMessage(known, content(messages.get(i).path("content"), i)));
        }
        return List.copyOf(conversation);
    }

    /** A text, or a list of parts that are texts. */
    private static String content(JsonNode content, int message) {
        if (content.isTextual()) {
            return content.textValue();
        }
        if (!content.isArray()) {
            throw wrong("messages[" + message + "].content", content, "a text, or a list of parts of the type text");
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            if (!part.path("type").asText().equals("text") || !part.path("text").isTextual()) {
                throw wrong("messages[" + message + "].content", part, "parts of the type text only");
            }
            text.append(part.path("text").textValue());
        }
        return text.toString();
    }

    private Optional<String> text(String name) {
        return field(name, JsonNode::isTextual, "a text").map(JsonNode::textValue);
    }

    private double number(String name, double standard) {
        return field(name, JsonNode::isNumber, "a number").map(JsonNode::doubleValue).orElse(standard);
    }

    private long whole(String name, long standard) {
        return field(name, node -> node.canConvertToLong() && node.canConvertToExactIntegral(), "a whole number")
                .map(JsonNode::longValue).orElse(standard);
    }

    private static boolean flag(JsonNode node, String name) {
        if (present(node) && !node.isBoolean()) {
            throw wrong(name, node, "true or false");
        }
        return node.asBoolean(false);
    }

    private Optional<JsonNode> field(String name, Predicate<JsonNode> good, String shape) {
        JsonNode node = body.path(name);
        if (!present(node)) {
            return Optional.empty();
        }
        if (!good.test(node)) {
            throw wrong(name, node, shape);
        }
        return Optional.of(node);
    }

    private static boolean present(JsonNode node) {
        return !node.isMissingNode() && !node.isNull();
    }

    private void require(boolean met, String name, String range) {
        if (!met) {
            throw outOfRange(name, range);
        }
    }

    private CompletionFieldException outOfRange(String name, String range) {
        return new CompletionFieldException(name,
                MESSAGES.samplingOutOfRange(name, body.path(name).toString(), range));
    }

    private static CompletionFieldException missing(String name, String shape) {
        return new CompletionFieldException(name, MESSAGES.completionFieldMissing(name, shape));
    }

    private static CompletionFieldException wrong(String name, JsonNode value, String shape) {
        String shown = value instanceof MissingNode ? "missing" : value.toString();
        return new CompletionFieldException(name, MESSAGES.completionFieldWrong(name,
                shown.length() > 80 ? shown.substring(0, 80) + "..." : shown, shape));
    }
}
