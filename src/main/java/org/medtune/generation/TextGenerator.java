package org.medtune.generation;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.medtune.model.ActiveAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.KeyValueCache;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * Greedy generation of one answer: prefill of the prompt, then one token at a time from a cache of keys and values.
 * Several threads may use one generator.
 */
public final class TextGenerator {

    private final CausalLanguageModel model;

    /** A generator on a resident model. */
    public TextGenerator(CausalLanguageModel model) {
        this.model = model;
    }

    /**
     * The most likely continuation.
     *
     * @param promptIds token ids of the prompt, at least one
     * @param maxNewTokens the most tokens to generate
     * @param stopIds tokens that end the answer; the one that ended it is the last of the result
     * @return the new token ids
     * @throws org.medtune.InvalidInputException when the prompt is empty, or prompt and answer are longer than the
     *     model's context
     */
    public int[] greedy(int[] promptIds, int maxNewTokens, Set<Integer> stopIds, ActiveAdapter adapter) {
        int context = model.configuration().maxPositionEmbeddings();
        if (promptIds.length == 0 || promptIds.length + (long) maxNewTokens > context) {
            throw MESSAGES.promptDoesNotFit(promptIds.length, maxNewTokens, context);
        }
        List<Integer> generated = new ArrayList<>();
        try (KeyValueCache cache = new KeyValueCache(model, promptIds.length + maxNewTokens)) {
            int[] next = promptIds;
            while (generated.size() < maxNewTokens) {
                int token = mostLikely(next, cache, adapter);
                generated.add(token);
                if (stopIds.contains(token)) {
                    break;
                }
                next = new int[] {token};
            }
        }
        return generated.stream().mapToInt(Integer::intValue).toArray();
    }

    private int mostLikely(int[] tokenIds, KeyValueCache cache, ActiveAdapter adapter) {
        try (TensorScope work = model.newScope()) {
            Tensor logits = model.decode(work, tokenIds, cache, adapter);
            return (int) work.callForTensor("argmax", logits).toLongArray()[0];
        }
    }
}
