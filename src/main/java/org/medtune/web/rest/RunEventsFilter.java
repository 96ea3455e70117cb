package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.medtune.ops.Runs;

/**
 * {@code GET /api/jobs/ID/events}: a run while it is executed, as server-sent events. A browser that reconnects says in
 * {@code Last-Event-ID} which step it had last. No REST resource, since those block a thread while they write, and a
 * filter, since no servlet can be given an address with a number in its middle.
 */
public final class RunEventsFilter extends HttpFilter {

    private static final long serialVersionUID = 1L;
    private static final Pattern PATH = Pattern.compile("/jobs/([^/]+)/events/?");

    @Inject
    private transient ExecutionPath executions;

    @Inject
    private transient ExecutionWatch watch;

    @Inject
    private transient Runs runs;

    @Resource
    private transient ManagedScheduledExecutorService executor;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String path = request.getPathInfo();
        Matcher matcher = PATH.matcher(path == null ? "" : path);
        if (!request.getMethod().equals("GET") || !matcher.matches()) {
            chain.doFilter(request, response);
            return;
        }
        try {
            long id = executions.find(matcher.group(1)).executionId();
            String address = request.getContextPath() + request.getServletPath() + "/jobs/" + id;
            EventStream.answer(request, response,
                    new RunEventSource(watch, runs, id, address, lastStep(request)), executor);
        } catch (RuntimeException e) {
            EventStream.refuse(response, e);
        }
    }

    private static int lastStep(HttpServletRequest request) {
        String lastEventId = request.getHeader("Last-Event-ID");
        if (lastEventId == null || lastEventId.isEmpty()) {
            return 0;
        }
        if (!lastEventId.matches("\\d{1,9}")) {
            throw MESSAGES.lastEventIdNotAStep(lastEventId);
        }
        return Integer.parseInt(lastEventId);
    }
}
