package org.medtune.web.access;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.inject.Inject;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.medtune.MedtuneException;
import org.medtune.access.Caller;
import org.medtune.web.access.AccessTable.Rule;

/**
 * Lets through who may come, as {@link AccessTable} says. Who is not known is led to the login page or, as a program,
 * told so with 401; who is known and may not come gets 403.
 */
public final class AccessFilter implements Filter {

    private static final String PAGE_PARAMETER = "to";

    @Inject
    private Authentication authentication;

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        HttpServletResponse answer = (HttpServletResponse) response;
        if (Origin.isForeign(http)) {
            Refusal.of(http, HttpServletResponse.SC_FORBIDDEN, MESSAGES.fromAnotherSite()).send(answer);
            return;
        }
        RequestPath path = RequestPath.of(http);
        Rule rule = AccessTable.of(path);
        Optional<Caller> caller;
        try {
            caller = rule.open() ? authentication.ofSession(http) : authentication.of(http);
        } catch (LoginRefusedException e) {
            e.refuse(http, answer);
            return;
        } catch (MedtuneException e) {
            Refusal.of(http, HttpServletResponse.SC_SERVICE_UNAVAILABLE, e.getMessage()).send(answer);
            return;
        }
        if (caller.isEmpty() && !rule.open()) {
            askToLogIn(http, answer, path);
        } else if (!rule.allows(caller.orElse(null))) {
            refuse(http, answer, path, rule, caller.orElseThrow());
        } else if (caller.isEmpty()) {
            chain.doFilter(request, response);
        } else {
            try (Caller.Acting acting = caller.get().act()) {
                chain.doFilter(new KnownRequest(http, caller.get()), response);
            }
        }
    }

    private static void askToLogIn(HttpServletRequest request, HttpServletResponse response, RequestPath path)
            throws IOException {
        if (!path.isPage()) {
            new LoginRefusedException(MESSAGES.loginNeeded(), Duration.ZERO).refuse(request, response);
            return;
        }
        String login = request.getContextPath() + "/login.xhtml?" + PAGE_PARAMETER + "="
                + URLEncoder.encode(address(request, path), StandardCharsets.UTF_8);
        if (request.getHeader("Faces-Request") == null) {
            response.sendRedirect(login);
        } else {
            // a script asked in the page's name, and makes the page go there
            response.setContentType("text/xml;charset=UTF-8");
            response.getWriter().write("<?xml version='1.0' encoding='UTF-8'?><partial-response><redirect url=\""
                    + login + "\"/></partial-response>");
        }
    }

    private static String address(HttpServletRequest request, RequestPath path) {
        String query = request.getMethod().equals("GET") ? request.getQueryString() : null;
        return request.getContextPath() + path.value() + (query == null ? "" : "?" + query);
    }

    private static void refuse(HttpServletRequest request, HttpServletResponse response, RequestPath path, Rule rule,
            Caller caller) throws IOException {
        if (path.value().equals("/") || path.value().equals("/runs.xhtml") && request.getMethod().equals("GET")
                && request.getHeader("Faces-Request") == null) {
            response.sendRedirect(request.getContextPath() + AccessTable.home(caller));
            return;
        }
        Refusal.of(request, HttpServletResponse.SC_FORBIDDEN, MESSAGES.roleNeeded(rule.roleIds())).send(response);
    }
}
