package org.medtune;

/** What was asked for does not exist: an execution that was never started, a report that is not written yet. */
public final class NotFoundException extends MedtuneException {

    private static final long serialVersionUID = 1L;

    /** Used by the message bundle; the sentence is made there. */
    public NotFoundException(String message) {
        super(message, null);
    }
}
