package org.medtune.generation;

import java.time.Duration;

/**
 * How much an engine takes on.
 *
 * @param sequences     the most sequences that are decoded together on one replica
 * @param waiting       the most requests that wait
 * @param openOfUser    the most requests, waiting or being answered, of one user
 * @param cacheBytes    the most memory for the keys and values of all sequences of one replica together
 * @param keepModelIdle how long the model is kept when there is nothing to do
 */
public record GenerationLimits(int sequences, int waiting, int openOfUser, long cacheBytes, Duration keepModelIdle) {}
