package org.medtune.web.rest;

import org.medtune.InvalidInputException;

/** A field of a request for a completion that cannot be used. */
final class CompletionFieldException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String field;

    /** The sentence is the cause's. */
    CompletionFieldException(String field, InvalidInputException cause) {
        super(cause.getMessage(), cause);
        this.field = field;
    }

    /** The name of the field. */
    String field() {
        return field;
    }
}
