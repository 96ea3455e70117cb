package org.medtune.export;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.medtune.model.Tokenizer;

/**
 * The metadata of a byte-level BPE tokenizer, which llama.cpp calls {@code gpt2}.
 *
 * <p>Sources: {@code docs/gguf.md} of ggml; {@code convert_hf_to_gguf.py} of llama.cpp (types of tokens, names of
 * pre-tokenizers).
 */
final class GgufVocabulary {

    private static final int NORMAL = 1;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int UNUSED = 5;

    private static final String CONTRACTIONS_AND_WORDS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|";
    private static final String SIGNS_AND_SPACES = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    /** llama.cpp's names by the expression that splits a text into words. */
    private static final Map<String, String> PRE_TOKENIZERS = Map.of(
            CONTRACTIONS_AND_WORDS + "\\p{N}" + SIGNS_AND_SPACES, "qwen2",
            CONTRACTIONS_AND_WORDS + "\\p{N}{1,3}" + SIGNS_AND_SPACES, "llama-bpe");

    private final Path file;
    private final JsonNode root;
    private final List<String> tokens;
    private final List<Integer> types;

    private GgufVocabulary(Path file, JsonNode root, int size) {
        this.file = file;
        this.root = root;
        this.tokens = new ArrayList<>(Collections.nCopies(size, null));
        this.types = new ArrayList<>(Collections.nCopies(size, UNUSED));
    }

    /**
     * Reads the tokenizer of a model folder.
     *
     * @param size rows of the embedding; ids beyond the tokenizer's own stand for nothing
     * @throws org.medtune.InvalidInputException when it is of a kind that GGUF, or this version, has no name for
     */
    static GgufVocabulary read(Path modelFolder, int size) throws IOException {
        Path file = modelFolder.resolve("tokenizer.json");
        GgufVocabulary vocabulary =
                new GgufVocabulary(file, new ObjectMapper().readTree(Files.readAllBytes(file)), size);
        vocabulary.readTokens();
        return vocabulary;
    }

    /** Adds the metadata of this tokenizer to a file. */
    void addTo(GgufWriter writer, Tokenizer tokenizer) {
        writer.put("tokenizer.ggml.model", "gpt2")
                .put("tokenizer.ggml.pre", preTokenizer())
                .putStrings("tokenizer.ggml.tokens", tokens)
                .putIntegers("tokenizer.ggml.token_type", types)
                .putStrings("tokenizer.ggml.merges", merges());
        tokenizer.beginOfSentenceId().ifPresent(id -> writer.put("tokenizer.ggml.bos_token_id", id));
        writer.put("tokenizer.ggml.eos_token_id", tokenizer.endOfSentenceId())
                .put("tokenizer.ggml.add_bos_token", tokenizer.encodeWithBeginOfSentence("").length > 0);
        tokenizer.chatTemplateText().ifPresent(text -> writer.put("tokenizer.chat_template", text));
    }

    private void readTokens() {
        root.at("/model/vocab").properties().forEach(entry -> set(entry.getValue().asInt(), entry.getKey(), NORMAL));
        for (JsonNode added : root.path("added_tokens")) {
            set(added.path("id").asInt(), added.path("content").asText(),
                    added.path("special").asBoolean() ? CONTROL : USER_DEFINED);
        }
        for (int id = 0; id < tokens.size(); id++) {
            if (tokens.get(id) == null) {
                tokens.set(id, "[PAD" + id + "]");
            }
        }
    }

    private void set(int id, String token, int type) {
        if (id >= tokens.size()) {
            throw MESSAGES.tokenizerNotForGguf(file, "it has the token " + id + ", and the embedding has "
                    + tokens.size() + " rows");
        }
        tokens.set(id, token);
        types.set(id, type);
    }

    private String preTokenizer() {
        JsonNode model = root.path("model");
        if (!model.path("type").asText().equals("BPE") || model.path("byte_fallback").asBoolean()) {
            throw MESSAGES.tokenizerNotForGguf(file, "it is no byte-level BPE");
        }
        JsonNode pre = root.path("pre_tokenizer");
        List<JsonNode> steps = new ArrayList<>();
        pre.path("pretokenizers").forEach(steps::add);
        if (steps.isEmpty() && pre.path("type").asText().equals("ByteLevel") && pre.path("use_regex").asBoolean(true)) {
            return "gpt-2";
        }
        List<String> expressions = steps.stream()
                .filter(step -> step.path("type").asText().equals("Split"))
                .map(step -> step.at("/pattern/Regex").asText())
                .toList();
        if (expressions.size() != 1 || !PRE_TOKENIZERS.containsKey(expressions.get(0))) {
            throw MESSAGES.tokenizerNotForGguf(file, "it splits texts by " + expressions);
        }
        return PRE_TOKENIZERS.get(expressions.get(0));
    }

    /** Pairs, which are a string with a space between in older files and an array in newer ones. */
    private List<String> merges() {
        List<String> merges = new ArrayList<>();
        for (JsonNode merge : root.at("/model/merges")) {
            merges.add(merge.isArray() ? merge.get(0).asText() + " " + merge.get(1).asText() : merge.asText());
        }
        return merges;
    }
}
