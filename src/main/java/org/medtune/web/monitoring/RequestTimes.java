package org.medtune.web.monitoring;

import jakarta.inject.Inject;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;

/**
 * Measures how long requests take, in a few kinds so that there are not as many figures as addresses. Answers that are
 * written for long are left out: they take as long as the answer.
 */
public final class RequestTimes implements Filter {

    @Inject
    private ServerMetrics metrics;

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        long begin = System.nanoTime();
        chain.doFilter(request, response);
        if (!request.isAsyncStarted()) {
            metrics.answered(kind(((HttpServletRequest) request).getServletPath()),
                    ((HttpServletResponse) response).getStatus(), Duration.ofNanos(System.nanoTime() - begin));
        }
    }

    private static String kind(String path) {
        if (path.startsWith("/jakarta.faces.resource/")) {
            return "resource";
        }
        return path.endsWith(".xhtml") ? "page" : path.startsWith("/api") ? "api" : path.startsWith("/v1") ? "v1"
                : "other";
    }
}
