package org.medtune.web.access;

import jakarta.inject.Inject;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.medtune.access.AuditTrail;

/** {@code POST /logout}: ends the browser's session. */
@WebServlet(urlPatterns = "/logout")
public final class LogoutServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Inject
    private transient AuditTrail audit;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        audit.done("logout", "");
        LoginSession.end(request);
        response.sendRedirect(request.getContextPath() + "/login.xhtml");
    }
}
