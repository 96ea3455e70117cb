package org.medtune.tensor;

import static org.medtune.MedtuneMessages.MESSAGES;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A {@code tokenizer.json} of Hugging Face, run by the original Rust library behind DJL. It neither truncates nor pads,
 * and adds no token of its own unless asked to.
 *
 * <p>All methods may be called by several threads at once. The tokenizer owns native memory: whoever opened it closes
 * it. {@link #close()} waits for calls that are under way; a call after it throws {@link IllegalStateException}.
 */
public final class NativeTokenizer implements AutoCloseable {

    /** DJL cuts at 512 tokens and pads unless it is told not to. */
    private static final Map<String, String> OPTIONS =
            Map.of("truncation", "DO_NOT_TRUNCATE", "padding", "DO_NOT_PAD");

    private final HuggingFaceTokenizer tokenizer;
    private final Map<String, Integer> vocabulary;

    /** Closing takes the write lock, so that native memory is never freed under a running call. */
    private final ReadWriteLock use = new ReentrantReadWriteLock();

    private NativeTokenizer(HuggingFaceTokenizer tokenizer, Map<String, Integer> vocabulary) {
        this.tokenizer = tokenizer;
        this.vocabulary = vocabulary;
    }

    /**
     * Loads a tokenizer.
     *
     * @param tokenizerJson the file {@code tokenizer.json}
     * @throws org.medtune.InvalidInputException if the file is damaged, or describes a kind of tokenizer that the
     *     library does not know
     * @throws org.medtune.RecoverableException if the native library cannot be loaded
     */
    public static NativeTokenizer open(Path tokenizerJson) {
        byte[] content;
        try {
            content = Files.readAllBytes(tokenizerJson);
        } catch (IOException e) {
            throw MESSAGES.unreadableTokenizer(tokenizerJson, e.toString(), e);
        }
        Map<String, Integer> vocabulary = readVocabulary(tokenizerJson, content);
        try {
            return new NativeTokenizer(
                    HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(content), OPTIONS), vocabulary);
        } catch (EngineException | LinkageError e) {
            throw MESSAGES.tokenizerLibraryMissing(e.toString(), e);
        } catch (IOException | RuntimeException e) {
            // The binding throws bare RuntimeExceptions with the Rust library's words.
            throw MESSAGES.damagedTokenizer(tokenizerJson, e.getMessage(), e);
        }
    }

    /**
     * The ids of a text. Special tokens that are written out in the text are recognised; none is added.
     *
     * @return as many ids as the text needs, none for an empty text
     */
    public int[] encode(String text) {
        return encode(text, false);
    }

    /**
     * The ids of a text together with the special tokens that the file's post-processor puts around it, for instance
     * the token that begins a sentence.
     */
    public int[] encodeWithAddedTokens(String text) {
        return encode(text, true);
    }

    private int[] encode(String text, boolean addSpecialTokens) {
        use.readLock().lock();
        try {
            long[] ids = tokenizer.encode(text, addSpecialTokens, false).getIds();
            int[] result = new int[ids.length];
            for (int i = 0; i < ids.length; i++) {
                result[i] = Math.toIntExact(ids[i]);
            }
            return result;
        } finally {
            use.readLock().unlock();
        }
    }

    /**
     * The text of ids. Ids that the vocabulary does not have (a model's embedding is often padded beyond it) stand for
     * nothing; bytes that are no UTF-8, for instance of a character cut in two, become U+FFFD.
     *
     * @param skipSpecialTokens whether tokens that the file marks as special are left out
     */
    public String decode(int[] ids, boolean skipSpecialTokens) {
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            wide[i] = ids[i];
        }
        use.readLock().lock();
        try {
            return tokenizer.decode(wide, skipSpecialTokens);
        } finally {
            use.readLock().unlock();
        }
    }

    /**
     * The id of one token of the vocabulary, added tokens included.
     *
     * @param token the token as the file spells it; for byte-level vocabularies that is not the text it stands for,
     *     except for added tokens
     */
    public OptionalInt idOf(String token) {
        Integer id = vocabulary.get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** Frees the native memory. Closing twice is allowed. */
    @Override
    public void close() {
        use.writeLock().lock();
        try {
            tokenizer.close();
        } finally {
            use.writeLock().unlock();
        }
    }

    /** The binding has no look-up from token to id, so the vocabulary is read from the same file. */
    private static Map<String, Integer> readVocabulary(Path file, byte[] content) {
        TokenizerJson json;
        try {
            json = new JsonMapper().readValue(content, TokenizerJson.class);
        } catch (JacksonException e) {
            throw MESSAGES.damagedTokenizer(file, e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw MESSAGES.damagedTokenizer(file, e.toString(), e);
        }
        if (json == null || json.model() == null || json.model().vocab() == null) {
            throw MESSAGES.damagedTokenizer(file, "it has no model.vocab", null);
        }
        Map<String, Integer> vocabulary = new HashMap<>(json.model().vocab());
        if (json.addedTokens() != null) {
            json.addedTokens().forEach(token -> vocabulary.put(token.content(), token.id()));
        }
        return vocabulary;
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record TokenizerJson(@JsonProperty("added_tokens") List<AddedToken> addedTokens, Model model) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record AddedToken(int id, String content) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Model(Map<String, Integer> vocab) {}
}
