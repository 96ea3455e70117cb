package org.medtune.web.access;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.inject.Inject;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.medtune.InvalidInputException;
import org.medtune.MedtuneException;
import org.medtune.access.Accounts;
import org.medtune.access.Caller;
import org.medtune.access.LoginTickets;
import org.medtune.ops.Setting;
import org.medtune.web.faces.LoginPage;

/**
 * {@code GET /login/sso}: sends a browser to the application {@code /sso} beside this one, which the server lets in
 * only whom an OpenID provider knows; and takes it over when it comes back from there with a ticket. The ticket is in a
 * cookie, so that nobody can hand somebody else a link that logs in as a third.
 */
@WebServlet(urlPatterns = SingleSignOnServlet.PATH)
public final class SingleSignOnServlet extends HttpServlet {

    static final String PATH = "/login/sso";

    private static final long serialVersionUID = 1L;
    /** As org.medtune.web.sso.ProviderLoginServlet sets it. */
    private static final String TICKET = "medtune-ticket";
    private static final String TARGET = "medtune-login-target";
    private static final int TARGET_SECONDS = 1800;
    private static final int USUAL_MINUTES = 480;

    @Inject
    private transient Authentication authentication;

    @Inject
    private transient Accounts accounts;

    @Inject
    private transient LoginTickets tickets;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        Optional<String> ticket = cookie(request, TICKET);
        if (ticket.isEmpty() || request.getParameter("to") != null) {
            goThere(request, response);
            return;
        }
        set(request, response, TICKET, "", 0);
        try {
            Caller caller = authentication.logIn(
                    tickets.redeem(ticket.get()).orElseThrow(MESSAGES::providerLoginTooLate), request.getRemoteAddr());
            String target = LoginTarget.of(request, cookie(request, TARGET).orElse(""), caller);
            set(request, response, TARGET, "", 0);
            LoginSession.begin(request, caller, accounts, Instant.now().plus(longest()));
            response.sendRedirect(target);
        } catch (MedtuneException e) {
            response.setStatus(e instanceof InvalidInputException ? HttpServletResponse.SC_FORBIDDEN
                    : HttpServletResponse.SC_CONFLICT);
            LoginTarget.showLogin(request, response, LoginPage.REFUSED, e.getMessage());
        }
    }

    private static void goThere(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String target = request.getParameter("to");
        set(request, response, TARGET, target == null ? "" : target, TARGET_SECONDS);
        response.sendRedirect(request.getContextPath() + LoginPage.SINGLE_SIGN_ON + "/login");
    }

    private static Duration longest() {
        return Duration.ofMinutes(Setting.number("oidc.session.minutes", USUAL_MINUTES, 1));
    }

    private static Optional<String> cookie(HttpServletRequest request, String name) {
        Cookie[] cookies = request.getCookies();
        return cookies == null ? Optional.empty() : Arrays.stream(cookies).filter(one -> one.getName().equals(name))
                .findFirst().flatMap(SingleSignOnServlet::value);
    }

    private static Optional<String> value(Cookie cookie) {
        try {
            return Optional.of(URLDecoder.decode(cookie.getValue(), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            // not one that was set here
            return Optional.empty();
        }
    }

    private static void set(HttpServletRequest request, HttpServletResponse response, String name, String value,
            int seconds) {
        Cookie cookie = new Cookie(name, URLEncoder.encode(value, StandardCharsets.UTF_8));
        cookie.setPath(request.getContextPath() + PATH);
        cookie.setHttpOnly(true);
        cookie.setSecure(request.isSecure());
        cookie.setAttribute("SameSite", "Lax");
        cookie.setMaxAge(seconds);
        response.addCookie(cookie);
    }
}
