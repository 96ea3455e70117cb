package org.medtune.model;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the files beside {@code tokenizer.json} say about special tokens and the chat template, in any of the forms that
 * Hugging Face has used: a token is a string or an object with {@code content}; a template is a string, a list of named
 * ones, or the file {@code chat_template.jinja}; ids are a number or a list.
 */
final class TokenizerConfiguration {

    private static final String DEFAULT_TEMPLATE = "default";

    private final Path modelFolder;
    private final Path file;
    private final JsonNode tokenizerConfig;

    private TokenizerConfiguration(Path modelFolder, Path file, JsonNode tokenizerConfig) {
        this.modelFolder = modelFolder;
        this.file = file;
        this.tokenizerConfig = tokenizerConfig;
    }

    static TokenizerConfiguration read(Path modelFolder) {
        Path file = modelFolder.resolve("tokenizer_config.json");
        return new TokenizerConfiguration(modelFolder, file, readJson(file));
    }

    Path file() {
        return file;
    }

    /** A special token such as {@code bos_token}. */
    Optional<String> token(String entry) {
        JsonNode token = tokenizerConfig.path(entry);
        if (token.isObject()) {
            token = token.path("content");
        }
        if (token.isMissingNode() || token.isNull()) {
            return Optional.empty();
        }
        if (!token.isTextual()) {
            throw invalid(entry, token, "a string, or an object with the string \"content\"");
        }
        return Optional.of(token.textValue());
    }

    /** Whether encoding puts the begin token first; empty if the file leaves it to {@code tokenizer.json}. */
    Optional<Boolean> addsBeginOfSentence() {
        JsonNode entry = tokenizerConfig.path("add_bos_token");
        if (entry.isMissingNode() || entry.isNull()) {
            return Optional.empty();
        }
        if (!entry.isBoolean()) {
            throw invalid("add_bos_token", entry, "true or false");
        }
        return Optional.of(entry.booleanValue());
    }

    /**
     * The ids that an entry such as {@code eos_token_id} of the model's own files names, mapped to the file that names
     * them; {@code generation_config.json} comes first because generation obeys it.
     */
    Map<Integer, Path> ids(String entry) {
        Map<Integer, Path> ids = new LinkedHashMap<>();
        for (String name : List.of("generation_config.json", "config.json")) {
            Path source = modelFolder.resolve(name);
            JsonNode value = Files.exists(source) ? readJson(source).path(entry) : MissingNode.getInstance();
            List<JsonNode> numbers = new ArrayList<>();
            if (value.isArray()) {
                value.forEach(numbers::add);
            } else if (!value.isMissingNode() && !value.isNull()) {
                numbers.add(value);
            }
            for (JsonNode number : numbers) {
                if (!number.isInt()) {
                    throw MESSAGES.invalidTokenizerConfigurationEntry(
                            entry, source, number.toString(), "a token id or a list of token ids");
                }
                ids.putIfAbsent(number.intValue(), source);
            }
        }
        return ids;
    }

    /** The chat template; a separate file wins over the entry, as in Transformers. */
    Optional<TemplateText> chatTemplate() {
        Path separate = modelFolder.resolve("chat_template.jinja");
        if (Files.exists(separate)) {
            try {
                return Optional.of(new TemplateText(separate, Files.readString(separate)));
            } catch (IOException e) {
                throw MESSAGES.unreadableTokenizerConfiguration(separate, e.toString(), e);
            }
        }
        JsonNode entry = tokenizerConfig.path("chat_template");
        if (entry.isMissingNode() || entry.isNull()) {
            return Optional.empty();
        }
        JsonNode template = entry.isArray() ? namedTemplate(entry) : entry;
        if (!template.isTextual()) {
            throw invalid("chat_template", template, "a string, or a list of objects with \"name\" and \"template\"");
        }
        return Optional.of(new TemplateText(file, template.textValue()));
    }

    private static JsonNode namedTemplate(JsonNode templates) {
        for (JsonNode candidate : templates) {
            if (templates.size() == 1 || DEFAULT_TEMPLATE.equals(candidate.path("name").textValue())) {
                return candidate.path("template");
            }
        }
        return templates;
    }

    private RuntimeException invalid(String entry, JsonNode value, String expected) {
        String shown = value.toString();
        return MESSAGES.invalidTokenizerConfigurationEntry(
                entry, file, shown.length() > 80 ? shown.substring(0, 80) + "..." : shown, expected);
    }

    private static JsonNode readJson(Path file) {
        try {
            JsonNode json = new JsonMapper().readTree(Files.readAllBytes(file));
            if (!json.isObject()) {
                throw MESSAGES.unreadableTokenizerConfiguration(file, "it is no JSON object", null);
            }
            return json;
        } catch (JacksonException e) {
            throw MESSAGES.unreadableTokenizerConfiguration(file, e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw MESSAGES.unreadableTokenizerConfiguration(file, e.toString(), e);
        }
    }

    /**
     * @param file where the template stands
     * @param text Jinja
     */
    record TemplateText(Path file, String text) {}
}
