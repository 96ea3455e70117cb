package org.medtune.model;

/**
 * Tokens by which one of the sequences of a decoding step goes on.
 *
 * @param tokenIds   the tokens after those in the cache, at least one
 * @param cache      what came before; takes the tokens in
 * @param adapter    with which the sequence is computed
 * @param wantLogits whether the logits are needed, and not the most likely next token alone
 */
public record Continuation(int[] tokenIds, KeyValueCache cache, ActiveAdapter adapter, boolean wantLogits) {}
