package org.medtune;

/** What was asked for does not fit the present state of things: to stop what has ended, to restart what is running. */
public final class ConflictException extends MedtuneException {

    private static final long serialVersionUID = 1L;

    /** Used by the message bundle; the sentence is made there. */
    public ConflictException(String message) {
        super(message, null);
    }
}
