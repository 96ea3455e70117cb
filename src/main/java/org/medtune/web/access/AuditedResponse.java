package org.medtune.web.access;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import org.medtune.access.AuditTrail;
import org.medtune.access.Caller;

/** An answer of which a line is in the audit log before anything of it is sent; without that line it is not sent. */
final class AuditedResponse extends HttpServletResponseWrapper {

    private final AuditTrail audit;
    private final String action;
    private final String target;
    private final Caller caller;
    private boolean recorded;

    /**
     * An answer that is not begun.
     *
     * @param action what the request is called
     * @param target what it was made for
     * @param caller in whose name
     */
    AuditedResponse(HttpServletResponse response, AuditTrail audit, String action, String target, Caller caller) {
        super(response);
        this.audit = audit;
        this.action = action;
        this.target = target;
        this.caller = caller;
    }

    /**
     * Records once what the request has come to.
     *
     * @throws org.medtune.RecoverableException if that cannot be recorded
     */
    synchronized void record(int status) {
        if (!recorded) {
            // whatever comes of it: the next try would come from telling that this one has failed
            recorded = true;
            // also by a thread that answers later
            try (Caller.Acting acting = caller.act()) {
                audit.record(action, target, Integer.toString(status), Map.of());
            }
        }
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        record(getStatus());
        return super.getOutputStream();
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        record(getStatus());
        return super.getWriter();
    }

    @Override
    public void flushBuffer() throws IOException {
        record(getStatus());
        super.flushBuffer();
    }

    @Override
    public void sendError(int status) throws IOException {
        record(status);
        super.sendError(status);
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        record(status);
        super.sendError(status, message);
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        record(SC_FOUND);
        super.sendRedirect(location);
    }
}
