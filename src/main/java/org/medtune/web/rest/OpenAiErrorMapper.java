package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.core.JsonProcessingException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.util.UUID;
import org.medtune.MedtuneException;

/** Turns whatever is thrown into an {@link OpenAiError}. */
public final class OpenAiErrorMapper implements ExceptionMapper<Throwable> {

    @Override
    public Response toResponse(Throwable thrown) {
        if (thrown instanceof MedtuneException ours) {
            return OpenAiError.of(ours).toResponse(OpenAiError.status(ours));
        }
        if (thrown instanceof CompletionFieldException wrong) {
            return OpenAiError.ofRequest(wrong.getMessage(), wrong.field()).toResponse(400);
        }
        if (thrown instanceof JsonProcessingException malformed) {
            return OpenAiError.ofRequest(MESSAGES.malformedJson(ProblemMapper.position(malformed)), null)
                    .toResponse(400);
        }
        if (thrown instanceof WebApplicationException http && http.getResponse().getStatus() < 500) {
            Response.StatusType status = http.getResponse().getStatusInfo();
            return OpenAiError.ofRequest(sentence(http.getResponse()), null).toResponse(status.getStatusCode());
        }
        String reference = UUID.randomUUID().toString();
        MESSAGES.requestFailed(reference, thrown);
        return OpenAiError.ofServer(MESSAGES.unexpectedError(reference))
                .toResponse(Status.INTERNAL_SERVER_ERROR.getStatusCode());
    }

    private static String sentence(Response original) {
        return switch (original.getStatus()) {
            case 404 -> MESSAGES.noSuchOpenAiAddress();
            case 405 -> MESSAGES.methodNotAllowed(original.getAllowedMethods().stream().sorted().toList().toString());
            case 415 -> MESSAGES.notJson();
            default -> MESSAGES.requestNotUnderstood(original.getStatusInfo().getReasonPhrase());
        };
    }
}
