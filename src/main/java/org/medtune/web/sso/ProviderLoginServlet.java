package org.medtune.web.sso;

import jakarta.servlet.ServletContext;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * {@code GET /medtune/sso/login}: reached by those only whom the OpenID provider knows. Has medtune make a ticket for
 * the user's name and roles and sends the browser back with it.
 */
public final class ProviderLoginServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;
    private static final String TICKETS = "org.medtune.login-tickets";
    private static final String TICKET = "medtune-ticket";
    private static final String BACK = "/login/sso";
    private static final int TICKET_SECONDS = 60;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        ServletContext medtune = getServletContext().getContext(Medtune.path(request));
        Object tickets = medtune == null ? null : medtune.getAttribute(TICKETS);
        if (tickets == null) {
            // undeployed, or not ready yet
            response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            return;
        }
        @SuppressWarnings("unchecked")
        BiFunction<String, Predicate<String>, String> issue = (BiFunction<String, Predicate<String>, String>) tickets;
        String back = Medtune.path(request) + BACK;
        Cookie cookie = new Cookie(TICKET, issue.apply(request.getUserPrincipal().getName(), request::isUserInRole));
        cookie.setPath(back);
        cookie.setHttpOnly(true);
        cookie.setSecure(request.isSecure());
        cookie.setAttribute("SameSite", "Lax");
        cookie.setMaxAge(TICKET_SECONDS);
        response.addCookie(cookie);
        response.setHeader("Cache-Control", "no-store");
        response.sendRedirect(back);
    }
}
