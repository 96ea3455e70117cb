package org.medtune.model;

/**
 * What a model says about the token after a sequence.
 *
 * @param mostLikely the token with the highest logit
 * @param logits     float32 logits [vocabulary]; null unless they were wanted
 */
public record NextToken(int mostLikely, float[] logits) {}
