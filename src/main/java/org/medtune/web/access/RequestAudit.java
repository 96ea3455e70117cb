package org.medtune.web.access;

import jakarta.inject.Inject;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.medtune.access.AuditTrail;
import org.medtune.access.Caller;

/** Records in the audit log which requests have changed something or taken something along, and what they came to. */
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
        Ending ending = new Ending(http, (HttpServletResponse) response, action.get(), Caller.current());
        try {
            chain.doFilter(request, response);
        } finally {
            if (request.isAsyncStarted()) {
                request.getAsyncContext().addListener(ending);
            } else {
                ending.record();
            }
        }
    }

    private final class Ending implements AsyncListener {

        private final HttpServletRequest request;
        private final HttpServletResponse response;
        private final String action;
        private final Caller caller;

        Ending(HttpServletRequest request, HttpServletResponse response, String action, Caller caller) {
            this.request = request;
            this.response = response;
            this.action = action;
            this.caller = caller;
        }

        void record() {
            audit.record(action, request.getMethod() + " " + RequestPath.of(request).value(),
                    Integer.toString(response.getStatus()), Map.of());
        }

        @Override
        public void onComplete(AsyncEvent event) {
            try (Caller.Acting acting = caller.act()) {
                record();
            }
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            // completes afterwards
        }

        @Override
        public void onError(AsyncEvent event) {
            // completes afterwards
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            event.getAsyncContext().addListener(this);
        }
    }
}
