package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Keeps request bodies short: the server lets long ones in, since uploads of datasets are. Bodies of an unknown length
 * are for uploads only, too.
 */
@WebFilter(urlPatterns = "/*", asyncSupported = true)
public final class BodyLimitFilter extends HttpFilter {

    /** Bytes, as much as the server allows unless it is told otherwise. */
    static final long LONGEST = 10L << 20;

    private static final long serialVersionUID = 1L;
    private static final String UPLOADS = "/api/uploads";
    private static final int LENGTH_REQUIRED = 411;
    private static final int CONTENT_TOO_LARGE = 413;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String path = request.getRequestURI().substring(request.getContextPath().length());
        if (path.equals(UPLOADS)) {
            chain.doFilter(request, response);
        } else if (request.getContentLengthLong() > LONGEST) {
            refuse(response, CONTENT_TOO_LARGE,
                    MESSAGES.bodyTooLong(Long.toString(request.getContentLengthLong()), LONGEST));
        } else if (request.getContentLengthLong() < 0
                && (request.getHeader("Transfer-Encoding") != null || isFormOfPage(request, path))) {
            refuse(response, LENGTH_REQUIRED, MESSAGES.bodyOfUnknownLength());
        } else {
            chain.doFilter(request, response);
        }
    }

    /** In HTTP/2 no header tells that there is a body; forms are read as a whole, also those of nobody knows whom. */
    private static boolean isFormOfPage(HttpServletRequest request, String path) {
        String type = request.getContentType();
        return type != null && (type.startsWith("application/x-www-form-urlencoded") || type.startsWith("multipart/"))
                && !path.startsWith("/api/") && !path.startsWith("/v1/");
    }

    private static void refuse(HttpServletResponse response, int status, String sentence) throws IOException {
        response.setStatus(status);
        response.setHeader("Connection", "close");
        response.setContentType(Problem.MEDIA_TYPE);
        Problem problem = Problem.of(Response.Status.fromStatusCode(status), sentence);
        response.getOutputStream().write(new JsonMapper().writeValueAsString(problem).getBytes(StandardCharsets.UTF_8));
    }
}
