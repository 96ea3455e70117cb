package org.medtune.generation;

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
        int maxNewTokens, List<String> stop) {}
