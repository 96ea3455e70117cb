package org.medtune;

/** Work ended because {@link StopSignal} said so. No failure: whoever asked knows why, and nobody else is told. */
public final class StoppedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StoppedException() {
        super("a stop was asked for", null, false, false);
    }
}
