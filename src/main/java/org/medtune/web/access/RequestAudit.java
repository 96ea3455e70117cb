package org.medtune.web.access;

import jakarta.inject.Inject;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.medtune.access.AuditTrail;
import org.medtune.access.Caller;

/**
 * Records in the audit log which requests have changed something or taken something along, and what they came to:
 * before the answer goes out, so that whoever has one knows that it is recorded.
 */
public final class RequestAudit implements Filter {

    @Inject
    private AuditTrail audit;

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        Optional<String> action = AuditedRequests.action(http.getMethod(), RequestPath.of(http).value());
        if (action.isEmpty()) {
            chain.doFilter(request, response);
            return;
        }
        AuditedResponse answer = new AuditedResponse((HttpServletResponse) response, audit, action.get(),
                http.getMethod() + " " + RequestPath.of(http).value(), Caller.current());
        boolean answered = false;
        try {
            chain.doFilter(request, answer);
            answered = true;
        } finally {
            if (!answered) {
                // the container makes this of what was thrown
                answer.record(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
            } else if (!request.isAsyncStarted()) {
                answer.record(answer.getStatus());
            }
        }
    }
}
