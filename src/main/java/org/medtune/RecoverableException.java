package org.medtune;

/**
 * The surroundings failed in a way that an operator can mend: the disk is full, memory ran out, the loss is not a
 * number. The same run can go on from its last checkpoint afterwards, so a job that meets it ends STOPPED.
 */
public final class RecoverableException extends MedtuneException {

    private static final long serialVersionUID = 1L;

    /** Used by the message bundle; the sentence is made there. */
    public RecoverableException(String message) {
        super(message, null);
    }

    /** Used by the message bundle; the sentence is made there. */
    public RecoverableException(String message, Throwable cause) {
        super(message, cause);
    }
}
