package org.medtune.generation;

import java.util.List;
import java.util.Set;
import org.medtune.StopSignal;
import org.medtune.model.ActiveAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.KeyValueCaches;

/**
 * Generation of one answer for a caller who waits for it: the same sequence of tokens as {@link GenerationEngine} makes
 * among others. Several threads may use one generator.
 */
public final class TextGenerator {

    private final CausalLanguageModel model;

    /** A generator on a resident model. */
    public TextGenerator(CausalLanguageModel model) {
        this.model = model;
    }

    /** {@link #greedy(int[], int, Set, ActiveAdapter, StopSignal)} to its end. */
    public int[] greedy(int[] promptIds, int maxNewTokens, Set<Integer> stopIds, ActiveAdapter adapter) {
        return greedy(promptIds, maxNewTokens, stopIds, adapter, StopSignal.NEVER);
    }

    /**
     * The most likely continuation.
     *
     * @param promptIds token ids of the prompt, at least one
     * @param maxNewTokens the most tokens to generate
     * @param stopIds tokens that end the answer; the one that ended it is the last of the result
     * @param stop looked at before each token
     * @return the new token ids
     * @throws org.medtune.StoppedException when that asks for a stop
     * @throws org.medtune.InvalidInputException when the prompt is empty, or prompt and answer are longer than the
     *     model's context
     */
    public int[] greedy(
            int[] promptIds, int maxNewTokens, Set<Integer> stopIds, ActiveAdapter adapter, StopSignal stop) {
        SamplingParameters sampling = SamplingParameters.greedy(maxNewTokens);
        int context = model.configuration().maxPositionEmbeddings();
        int capacity = TokenSequence.tokensToKeep(promptIds.length, sampling, context);
        try (KeyValueCaches caches = new KeyValueCaches(model, KeyValueCaches.bytesOfOne(model, capacity));
                TokenSequence sequence = new TokenSequence(model, promptIds, adapter, sampling, stopIds,
                        caches.take(capacity).orElseThrow())) {
            while (!sequence.prefilled()) {
                stop.check();
                sequence.prefill();
            }
            while (!sequence.ended()) {
                stop.check();
                TokenSequence.step(model, List.of(sequence));
            }
            return sequence.answer();
        }
    }
}
