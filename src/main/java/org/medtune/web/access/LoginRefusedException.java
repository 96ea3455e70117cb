package org.medtune.web.access;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;

/** Nobody is known by what was sent. */
final class LoginRefusedException extends Exception {

    private static final long serialVersionUID = 1L;
    private static final int TOO_MANY_REQUESTS = 429;

    private final transient Duration delay;

    /**
     * A refusal.
     *
     * @param delay to wait before the next try
     */
    LoginRefusedException(String sentence, Duration delay) {
        super(sentence);
        this.delay = delay;
    }

    /** Seconds to wait, rounded up. */
    static long seconds(Duration delay) {
        return delay.toSeconds() + (delay.toNanosPart() > 0 ? 1 : 0);
    }

    /** Seconds to wait before the next try; 0 if there may be one now. */
    long seconds() {
        return seconds(delay);
    }

    /** Sets the status, and the header that says how long to wait. */
    void tell(HttpServletResponse response) {
        response.setStatus(status());
        if (!delay.isZero()) {
            response.setHeader("Retry-After", Long.toString(seconds(delay)));
        }
    }

    private int status() {
        return delay.isZero() ? HttpServletResponse.SC_UNAUTHORIZED : TOO_MANY_REQUESTS;
    }

    /** Answers a program. */
    void refuse(HttpServletRequest request, HttpServletResponse response) throws IOException {
        tell(response);
        if (delay.isZero() && request.getHeader("Sec-Fetch-Site") == null) {
            // a browser would ask for a password in a window of its own, which no page can close
            response.addHeader("WWW-Authenticate", "Bearer realm=\"medtune\"");
            response.addHeader("WWW-Authenticate", "Basic realm=\"medtune\", charset=\"UTF-8\"");
        }
        Refusal.of(request, status(), getMessage()).send(response);
    }
}
