package org.medtune.generation;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.List;

/**
 * How the next token is chosen and when an answer ends. Names and meanings are those of Transformers'
 * {@code GenerationConfig}.
 *
 * @param temperature       divides the logits; 0 takes the most likely token
 * @param topP              the smallest set of tokens whose probabilities add up to this is drawn from; 1 for all
 * @param topK              the number of most likely tokens that are drawn from; 0 for all
 * @param repetitionPenalty divides positive and multiplies negative logits of tokens that occur already; 1 for none
 * @param seed              with the same seed, prompt and model the same answer is drawn, whoever else is served
 * @param maxNewTokens      the most tokens of an answer
 * @param stop              texts that end an answer, themselves not part of it
 */
public record SamplingParameters(double temperature, double topP, int topK, double repetitionPenalty, long seed,
        int maxNewTokens, List<String> stop) {

    private static final double HOTTEST = 100;
    private static final int MOST_STOPS = 16;

    /** The most likely token at every step, and no stop texts. */
    public static SamplingParameters greedy(int maxNewTokens) {
        return new SamplingParameters(0, 1, 0, 1, 0, maxNewTokens, List.of());
    }

    /**
     * Checks the ranges.
     *
     * @throws org.medtune.InvalidInputException naming the first value that is out of its range
     */
    public void check() {
        // comparisons are written so that NaN fails them
        require(temperature >= 0 && temperature <= HOTTEST, "temperature", temperature, "from 0 to 100");
        require(topP > 0 && topP <= 1, "top_p", topP, "above 0 and at most 1");
        require(topK >= 0, "top_k", topK, "at least 0, which is for all tokens");
        require(repetitionPenalty > 0 && repetitionPenalty <= HOTTEST, "repetition_penalty", repetitionPenalty,
                "above 0 and at most 100; 1 is for none");
        require(maxNewTokens >= 1, "max_tokens", maxNewTokens, "at least 1");
        require(stop.size() <= MOST_STOPS, "the number of stop texts", stop.size(), "at most " + MOST_STOPS);
        require(stop.stream().noneMatch(String::isEmpty), "a stop text", "empty", "at least one character");
    }

    private static void require(boolean met, String name, Object value, String range) {
        if (!met) {
            throw MESSAGES.samplingOutOfRange(name, value.toString(), range);
        }
    }
}
