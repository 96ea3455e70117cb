package org.medtune.generation;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.medtune.model.ActiveAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.Continuation;
import org.medtune.model.KeyValueCache;
import org.medtune.model.NextToken;

/**
 * A prompt and the answer that grows behind it. First the prompt is taken in, in pieces, which gives the first token;
 * then every {@link #step} adds one token to each of several sequences. Used by one thread; closing releases the
 * cache.
 */
final class TokenSequence implements AutoCloseable {

    /**
     * Prompt tokens that are taken in at a time: few enough that others do not wait long. Pieces are cut at multiples
     * of it whoever else is served, so that an answer does not depend on that.
     */
    static final int PREFILL = 256;

    private final CausalLanguageModel model;
    private final int[] prompt;
    private final ActiveAdapter adapter;
    private final TokenSampler sampler;
    private final int maxNewTokens;
    private final Set<Integer> stopIds;
    private final KeyValueCache cache;
    private final BitSet present = new BitSet();
    private final List<Integer> answer = new ArrayList<>();
    private boolean stopped;

    /**
     * A sequence whose prompt has not been taken in.
     *
     * @param cache an empty one of {@link #tokensToKeep}; closed with the sequence
     */
    TokenSequence(CausalLanguageModel model, int[] prompt, ActiveAdapter adapter, SamplingParameters sampling,
            Set<Integer> stopIds, KeyValueCache cache) {
        this.model = model;
        this.prompt = prompt;
        this.adapter = adapter;
        this.sampler = new TokenSampler(sampling);
        this.maxNewTokens = sampling.maxNewTokens();
        this.stopIds = stopIds;
        Arrays.stream(prompt).forEach(present::set);
        this.cache = cache;
    }

    /**
     * The capacity of the cache that a sequence needs.
     *
     * @throws org.medtune.InvalidInputException when the sampling is out of range, the prompt is empty, or prompt and
     *     answer are longer than the model's context
     */
    static int tokensToKeep(int promptTokens, SamplingParameters sampling, int context) {
        sampling.check();
        if (promptTokens == 0 || promptTokens + (long) sampling.maxNewTokens() > context) {
            throw MESSAGES.promptDoesNotFit(promptTokens, sampling.maxNewTokens(), context);
        }
        // the last token of the answer is never an input
        return promptTokens + sampling.maxNewTokens() - 1;
    }

    /** Whether the whole prompt has been taken in. */
    boolean prefilled() {
        return !answer.isEmpty();
    }

    /** Whether no token comes any more. */
    boolean ended() {
        return stopped || answer.size() == maxNewTokens;
    }

    /** Whether a stop token ended it; that token is the answer's last. */
    boolean stopped() {
        return stopped;
    }

    /** The tokens of the answer so far. */
    int[] answer() {
        return answer.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The newest token of the answer. */
    int newest() {
        return answer.get(answer.size() - 1);
    }

    /** Takes the next piece of the prompt in, so many tokens; with the last one comes the first token. */
    int prefill() {
        int from = cache.length();
        int to = Math.min(prompt.length, from + PREFILL);
        boolean last = to == prompt.length;
        NextToken next = model.prefill(new Continuation(Arrays.copyOfRange(prompt, from, to), cache, adapter,
                last && !sampler.takesMostLikely()));
        if (last) {
            append(next);
        }
        return to - from;
    }

    /** Adds a token to each of some sequences of one model, all prefilled and none ended. */
    static void step(CausalLanguageModel model, List<TokenSequence> sequences) {
        List<NextToken> next = model.step(sequences.stream().map(TokenSequence::continuation).toList());
        for (int i = 0; i < next.size(); i++) {
            sequences.get(i).append(next.get(i));
        }
    }

    private Continuation continuation() {
        return new Continuation(new int[] {newest()}, cache, adapter, !sampler.takesMostLikely());
    }

    private void append(NextToken next) {
        int token = sampler.takesMostLikely() ? next.mostLikely()
                : sampler.next(next.logits(), present, answer.size());
        answer.add(token);
        present.set(token);
        stopped = stopIds.contains(token);
    }

    @Override
    public void close() {
        cache.close();
    }
}
