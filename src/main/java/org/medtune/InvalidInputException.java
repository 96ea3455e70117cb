package org.medtune;

/**
 * What was given cannot work, however often it is tried: a wrong parameter, a damaged file, a model of an unknown
 * architecture. A job that meets it ends FAILED.
 */
public final class InvalidInputException extends MedtuneException {

    private static final long serialVersionUID = 1L;

    /** Used by the message bundle; the sentence is made there. */
    public InvalidInputException(String message) {
        super(message, null);
    }

    /** Used by the message bundle; the sentence is made there. */
    public InvalidInputException(String message, Throwable cause) {
        super(message, cause);
    }
}
