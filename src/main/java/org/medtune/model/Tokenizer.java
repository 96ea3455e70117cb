package org.medtune.model;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.medtune.tensor.NativeTokenizer;

/**
 * The tokenizer of a Hugging Face model folder: {@code tokenizer.json}, with the special tokens and the chat template
 * that the files beside it name.
 *
 * <p>May be used by several threads. It owns native memory: whoever opened it closes it.
 */
public final class Tokenizer implements AutoCloseable {

    private final Path modelFolder;
    private final NativeTokenizer tokenizer;
    private final OptionalInt beginOfSentenceId;
    private final boolean addsBeginOfSentence;
    private final int endOfSentenceId;
    private final String endOfSentenceToken;
    private final Set<Integer> stopIds;
    private final Optional<ChatTemplate> chatTemplate;

    private Tokenizer(Path modelFolder, NativeTokenizer tokenizer) {
        this.modelFolder = modelFolder;
        this.tokenizer = tokenizer;
        TokenizerConfiguration configuration = TokenizerConfiguration.read(modelFolder);

        beginOfSentenceId = idOf(configuration, "bos_token");
        addsBeginOfSentence = beginOfSentenceId.isPresent()
                && configuration.addsBeginOfSentence().orElseGet(this::postProcessorAddsBeginOfSentence);

        Map<Integer, Path> modelEndIds = configuration.ids("eos_token_id");
        endOfSentenceId = idOf(configuration, "eos_token").orElseGet(() -> modelEndIds.keySet().stream()
                .findFirst()
                .orElseThrow(() -> MESSAGES.noEndOfSentenceToken(modelFolder)));
        endOfSentenceToken = configuration.token("eos_token")
                .orElseGet(() -> tokenOf(endOfSentenceId, modelEndIds.get(endOfSentenceId)));
        stopIds = new LinkedHashSet<>();
        stopIds.add(endOfSentenceId);
        stopIds.addAll(modelEndIds.keySet());

        chatTemplate = configuration.chatTemplate().map(template -> new ChatTemplate(
                template.file().toString(),
                template.text(),
                configuration.token("bos_token").orElse(null),
                endOfSentenceToken));
    }

    /**
     * Opens the tokenizer of a model.
     *
     * @param modelFolder a Hugging Face model folder; {@code tokenizer.json} and {@code tokenizer_config.json} are
     *     needed, {@code generation_config.json}, {@code config.json} and {@code chat_template.jinja} are used if there
     * @throws org.medtune.InvalidInputException if a file is missing or damaged, or if the files contradict each other
     */
    public static Tokenizer open(Path modelFolder) {
        NativeTokenizer tokenizer = NativeTokenizer.open(modelFolder.resolve("tokenizer.json"));
        try {
            return new Tokenizer(modelFolder, tokenizer);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /** The ids of a text; special tokens written out in it are recognised, none is added. */
    public int[] encode(String text) {
        return tokenizer.encode(text);
    }

    /**
     * The ids of a text as the model was trained to read one from its beginning: with the begin token first, if the
     * model's files ask for it ({@code add_bos_token}, or else the post-processor of {@code tokenizer.json}).
     * DeepSeek's and Llama's do, Qwen's do not.
     */
    public int[] encodeWithBeginOfSentence(String text) {
        int[] ids = tokenizer.encode(text);
        if (!addsBeginOfSentence) {
            return ids;
        }
        int[] result = new int[ids.length + 1];
        result[0] = beginOfSentenceId.getAsInt();
        System.arraycopy(ids, 0, result, 1, ids.length);
        return result;
    }

    /** The text of ids, special tokens written out. */
    public String decode(int[] ids) {
        return tokenizer.decode(ids, false);
    }

    /** The text of ids, special tokens left out. */
    public String decodeSkippingSpecialTokens(int[] ids) {
        return tokenizer.decode(ids, true);
    }

    /** The id of one token of the vocabulary, added tokens included; empty if it is none. */
    public OptionalInt idOf(String token) {
        return tokenizer.idOf(token);
    }

    /** The id of the token that begins a text; empty if the model has none. */
    public OptionalInt beginOfSentenceId() {
        return beginOfSentenceId;
    }

    /** The id of the token that ends a text. */
    public int endOfSentenceId() {
        return endOfSentenceId;
    }

    /** The token that ends a text, written out. */
    public String endOfSentenceToken() {
        return endOfSentenceToken;
    }

    /**
     * The ids at which generation stops: {@link #endOfSentenceId()}, and whatever else {@code eos_token_id} of
     * {@code generation_config.json} and {@code config.json} names (chat models often end a turn with another token
     * than a text).
     */
    public Set<Integer> stopIds() {
        return Set.copyOf(stopIds);
    }

    /**
     * The model's chat template.
     *
     * @throws org.medtune.InvalidInputException if it has none, as plain base models do
     */
    public ChatTemplate chatTemplate() {
        return chatTemplate.orElseThrow(() -> MESSAGES.noChatTemplate(modelFolder));
    }

    /** Frees the native memory. Closing twice is allowed. */
    @Override
    public void close() {
        tokenizer.close();
    }

    private OptionalInt idOf(TokenizerConfiguration configuration, String entry) {
        Optional<String> token = configuration.token(entry);
        if (token.isEmpty()) {
            return OptionalInt.empty();
        }
        OptionalInt id = tokenizer.idOf(token.get());
        if (id.isEmpty()) {
            throw MESSAGES.specialTokenNotInVocabulary(token.get(), entry, configuration.file());
        }
        return id;
    }

    private String tokenOf(int id, Path file) {
        String token = tokenizer.decode(new int[] {id}, false);
        if (token.isEmpty()) {
            throw MESSAGES.specialTokenIdNotInVocabulary(id, "eos_token_id", file);
        }
        return token;
    }

    private boolean postProcessorAddsBeginOfSentence() {
        int[] added = tokenizer.encodeWithAddedTokens("");
        return added.length > 0 && added[0] == beginOfSentenceId.getAsInt();
    }
}
