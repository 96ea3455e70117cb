package org.medtune.download;

import java.time.Duration;

/**
 * How patient a download is.
 *
 * @param attempts     of a request that brings nothing new, before it is given up
 * @param firstPause   before the second attempt; each further pause is twice as long
 * @param longestPause the most that is waited, also where a server asks for more
 * @param silence      how long a server may send nothing
 */
public record RetryPolicy(int attempts, Duration firstPause, Duration longestPause, Duration silence) {

    /** About five minutes of trying. */
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(8, Duration.ofSeconds(2), Duration.ofMinutes(2), Duration.ofSeconds(60));

    /** The pause after an attempt, the first being 1. */
    Duration pause(int attempt) {
        Duration pause = firstPause.multipliedBy(1L << Math.min(attempt - 1, 20));
        return pause.compareTo(longestPause) > 0 ? longestPause : pause;
    }
}
