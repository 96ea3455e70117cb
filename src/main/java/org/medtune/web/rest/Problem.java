package org.medtune.web.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.ws.rs.core.Response;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An error as RFC 9457 writes it ({@code application/problem+json}).
 *
 * @param title  the HTTP status' name
 * @param status the HTTP status
 * @param id     of the message, such as MEDTUNE000701
 * @param detail the sentence, which begins with the id
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(String title, int status, String id, String detail) {

    public static final String MEDIA_TYPE = "application/problem+json";

    private static final Pattern ID = Pattern.compile("^(MEDTUNE\\d{6}): ");

    static Problem of(Response.StatusType status, String sentence) {
        Matcher matcher = ID.matcher(sentence);
        return new Problem(status.getReasonPhrase(), status.getStatusCode(), matcher.find() ? matcher.group(1) : null,
                sentence);
    }

    /** A problem of a request that reaches no resource. */
    public static Problem of(int status, String sentence) {
        Response.StatusType known = Response.Status.fromStatusCode(status);
        return of(known == null ? Response.Status.BAD_REQUEST : known, sentence);
    }

    Response toResponse() {
        return Response.status(status).type(MEDIA_TYPE).entity(this).build();
    }
}
