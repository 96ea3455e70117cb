package org.medtune.chat;

/**
 * A model that can be chatted with.
 *
 * @param id   {@code base}, the name of a published adapter, or {@code run:checkpoint}, a run's number and the number
 *             of optimizer steps behind its checkpoint
 * @param kind what stands behind it
 */
public record ChatModel(String id, Kind kind) {

    /** The kinds of models. */
    public enum Kind { BASE, ADAPTER, CHECKPOINT }
}
