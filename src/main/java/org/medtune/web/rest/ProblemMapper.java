package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.core.JsonProcessingException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.util.UUID;
import org.medtune.ConflictException;
import org.medtune.InvalidInputException;
import org.medtune.MedtuneException;
import org.medtune.NotFoundException;

/** Turns whatever is thrown into a {@link Problem}, so that no stack trace and no class name reaches a caller. */
public final class ProblemMapper implements ExceptionMapper<Throwable> {

    @Override
    public Response toResponse(Throwable thrown) {
        if (thrown instanceof MedtuneException ours) {
            return Problem.of(status(ours), ours.getMessage()).toResponse();
        }
        if (thrown instanceof JsonProcessingException malformed) {
            return Problem.of(Status.BAD_REQUEST, MESSAGES.malformedJson(position(malformed))).toResponse();
        }
        if (thrown instanceof WebApplicationException http && http.getResponse().getStatus() < 500) {
            return http(http);
        }
        String reference = UUID.randomUUID().toString();
        MESSAGES.requestFailed(reference, thrown);
        return Problem.of(Status.INTERNAL_SERVER_ERROR, MESSAGES.unexpectedError(reference)).toResponse();
    }

    private static Status status(MedtuneException thrown) {
        // the exceptions are sealed, but switching on their types needs a later Java
        if (thrown instanceof InvalidInputException) {
            return Status.BAD_REQUEST;
        }
        if (thrown instanceof NotFoundException) {
            return Status.NOT_FOUND;
        }
        return thrown instanceof ConflictException ? Status.CONFLICT : Status.SERVICE_UNAVAILABLE;
    }

    private static Response http(WebApplicationException thrown) {
        Response original = thrown.getResponse();
        Response.StatusType status = original.getStatusInfo();
        String sentence = switch (status.getStatusCode()) {
            case 404 -> MESSAGES.noSuchResource();
            case 405 -> MESSAGES.methodNotAllowed(original.getAllowedMethods().stream().sorted().toList().toString());
            case 406 -> MESSAGES.onlyJsonAnswers();
            case 415 -> MESSAGES.notJson();
            default -> MESSAGES.requestNotUnderstood(status.getReasonPhrase());
        };
        Response answer = Problem.of(status, sentence).toResponse();
        String allow = original.getHeaderString("Allow");
        return allow == null ? answer : Response.fromResponse(answer).header("Allow", allow).build();
    }

    /** Where in a text the mistake is, in words. */
    static String position(JsonProcessingException malformed) {
        return malformed.getLocation() == null ? "its beginning"
                : "line " + malformed.getLocation().getLineNr() + ", column " + malformed.getLocation().getColumnNr();
    }
}
