package org.medtune.generation;

import java.util.Set;

/**
 * A prompt to be gone on from.
 *
 * @param user     whose turn in the queue it takes
 * @param adapter  the name of the adapter to do it with; empty for the base model
 * @param prompt   token ids, at least one
 * @param sampling how tokens are chosen
 * @param stopIds  tokens that end the answer
 */
public record GenerationRequest(String user, String adapter, int[] prompt, SamplingParameters sampling,
        Set<Integer> stopIds) {}
