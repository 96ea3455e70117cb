package org.medtune.web.rest;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.medtune.ConflictException;
import org.medtune.InvalidInputException;
import org.medtune.MedtuneException;
import org.medtune.NotFoundException;

/**
 * An error in OpenAI's form.
 *
 * @param error what went wrong
 */
public record OpenAiError(Detail error) {

    private static final int TOO_MANY_REQUESTS = 429;
    private static final String INVALID_REQUEST = "invalid_request_error";

    /**
     * What went wrong.
     *
     * @param message the sentence
     * @param type    the class of errors
     * @param param   the field at fault; null if none is
     * @param code    the kind; null where there is none
     */
    public record Detail(String message, String type, String param, String code) {}

    /** Something wrong with the request. */
    static OpenAiError ofRequest(String message, String param) {
        return new OpenAiError(new Detail(message, INVALID_REQUEST, param, null));
    }

    /** Something wrong on this side. */
    static OpenAiError ofServer(String message) {
        return new OpenAiError(new Detail(message, "server_error", null, null));
    }

    /** A refusal before anything was asked of a model. */
    public static OpenAiError refusing(int status, String message) {
        return switch (status) {
            case 401 -> new OpenAiError(new Detail(message, INVALID_REQUEST, null, "invalid_api_key"));
            case 403 -> new OpenAiError(new Detail(message, "permission_error", null, "insufficient_permissions"));
            case TOO_MANY_REQUESTS ->
                    new OpenAiError(new Detail(message, "rate_limit_error", null, "rate_limit_exceeded"));
            default -> ofRequest(message, null);
        };
    }

    /** One of our errors. */
    static OpenAiError of(MedtuneException thrown) {
        if (thrown instanceof InvalidInputException) {
            return ofRequest(thrown.getMessage(), null);
        }
        if (thrown instanceof NotFoundException) {
            return new OpenAiError(new Detail(thrown.getMessage(), INVALID_REQUEST, "model", "model_not_found"));
        }
        if (thrown instanceof ConflictException) {
            return new OpenAiError(
                    new Detail(thrown.getMessage(), "rate_limit_error", null, "rate_limit_exceeded"));
        }
        return ofServer(thrown.getMessage());
    }

    /** The HTTP status of one of our errors. */
    static int status(MedtuneException thrown) {
        if (thrown instanceof InvalidInputException) {
            return Response.Status.BAD_REQUEST.getStatusCode();
        }
        if (thrown instanceof NotFoundException) {
            return Response.Status.NOT_FOUND.getStatusCode();
        }
        return thrown instanceof ConflictException ? TOO_MANY_REQUESTS
                : Response.Status.SERVICE_UNAVAILABLE.getStatusCode();
    }

    Response toResponse(int status) {
        return Response.status(status).type(MediaType.APPLICATION_JSON_TYPE).entity(this).build();
    }
}
