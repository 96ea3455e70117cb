package org.medtune.web.access;

import jakarta.inject.Inject;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.medtune.access.AuditTrail;
import org.medtune.web.faces.LoginPage;

/** {@code POST /logout}: ends the browser's session, and has an OpenID provider end its own. */
@WebServlet(urlPatterns = "/logout")
public final class LogoutServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Inject
    private transient AuditTrail audit;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        audit.done("logout", "");
        if (LoginSession.end(request)) {
            // a form's answer may not redirect to another site, as the way on to the provider does
            response.setHeader("Content-Security-Policy", SecurityHeaders.RESOURCES);
            response.setHeader("Refresh", "0; url=" + request.getContextPath() + LoginPage.SINGLE_SIGN_ON + "/logout");
            response.setContentType("text/html;charset=UTF-8");
            return;
        }
        response.sendRedirect(request.getContextPath() + LoginTarget.LOGIN_PAGE);
    }
}
