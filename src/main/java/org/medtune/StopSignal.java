package org.medtune;

/**
 * Tells long work that nobody waits for its result any more. Whoever works looks at it between two pieces that take
 * seconds at most, and where nothing is half done.
 */
@FunctionalInterface
public interface StopSignal {

    /** Nobody ever asks for a stop. */
    StopSignal NEVER = () -> false;

    /** Whether a stop has been asked for. May be called often. */
    boolean requested();

    /**
     * Ends the work if a stop has been asked for.
     *
     * @throws StoppedException if so
     */
    default void check() {
        if (requested()) {
            throw new StoppedException();
        }
    }
}
