package org.medtune.web.access;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.medtune.web.rest.OpenAiError;
import org.medtune.web.rest.Problem;

/**
 * An answer to a request that reaches no resource, in the form that its caller reads: OpenAI's for OpenAI's API,
 * {@code application/problem+json} for other programs, and for a person the error page.
 *
 * @param status   of HTTP
 * @param sentence what is wrong and what to do
 */
record Refusal(Form form, int status, String sentence) {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    enum Form { PAGE, PROBLEM, OPEN_AI }

    static Refusal of(HttpServletRequest request, int status, String sentence) {
        RequestPath path = RequestPath.of(request);
        Form form = path.isOpenAi() ? Form.OPEN_AI : path.isForPrograms() ? Form.PROBLEM : Form.PAGE;
        return new Refusal(form, status, sentence);
    }

    void send(HttpServletResponse response) throws IOException {
        if (form == Form.PAGE) {
            response.sendError(status, sentence);
            return;
        }
        response.setStatus(status);
        response.setContentType(form == Form.OPEN_AI ? "application/json" : Problem.MEDIA_TYPE);
        MAPPER.writeValue(response.getOutputStream(),
                form == Form.OPEN_AI ? OpenAiError.refusing(status, sentence) : Problem.of(status, sentence));
    }
}
