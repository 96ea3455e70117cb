package org.medtune.web.access;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.regex.Pattern;
import org.medtune.access.Caller;
import org.medtune.access.RateLimit;
import org.medtune.ops.Setting;

/**
 * Bounds how many questions a user asks a minute, whatever comes of them. How many are answered at once is bounded
 * behind it, for all and for each user.
 */
public final class QuestionLimit implements Filter {

    private static final int USUAL = 120;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final Pattern QUESTIONS = Pattern.compile(
            "/v1/chat/completions|/api/chat/conversations(/[^/]+/messages)?"
                    + "|/api/chat/messages/[^/]+/(edit|regenerate)");

    private final int most = Setting.number("questions.per.minute", USUAL, 1);
    private final RateLimit limit = new RateLimit(most, Duration.ofMinutes(1));

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        Caller caller = Caller.current();
        if (caller != null && http.getMethod().equals("POST")
                && QUESTIONS.matcher(RequestPath.of(http).value()).matches()) {
            Duration delay = limit.take(caller.name());
            if (!delay.isZero()) {
                long seconds = LoginRefusedException.seconds(delay);
                HttpServletResponse answer = (HttpServletResponse) response;
                answer.setHeader("Retry-After", Long.toString(seconds));
                Refusal.of(http, TOO_MANY_REQUESTS, MESSAGES.questionsTooOften(most, seconds)).send(answer);
                return;
            }
        }
        chain.doFilter(request, response);
    }
}
