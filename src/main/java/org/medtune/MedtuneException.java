package org.medtune;

/**
 * An error that a person can act on. Its message comes from {@link MedtuneMessages}: it starts with a permanent id
 * ({@code MEDTUNE000201: ...}), says what is wrong with the value, and says what to change. The sentence is all that a
 * caller outside the server is ever shown; the cause is for the log.
 */
public abstract sealed class MedtuneException extends RuntimeException
        permits ConflictException, InvalidInputException, NotFoundException, RecoverableException {

    private static final long serialVersionUID = 1L;

    MedtuneException(String message, Throwable cause) {
        super(message, cause);
    }
}
