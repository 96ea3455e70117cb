package org.medtune.web.access;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Tells browsers what an answer may do. Pages get their content security policy from PrimeFaces, which knows the number
 * that each of its own scripts carries ({@code primefaces.CSP_POLICY} in web.xml); two policies would both have to
 * allow a script. All else runs no script at all, and is put into a sandbox: what a browser shows of it is a file.
 */
public final class SecurityHeaders implements Filter {

    /** The reports of evaluations, which hold their own styles, have a policy of their own that knows these. */
    static final String FILES = "default-src 'none'; img-src 'self' data:; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";
    /** What a page loads; a sandbox around a style sheet or a script has no meaning. */
    static final String RESOURCES = "default-src 'none'; frame-ancestors 'none'";

    private static final String TWO_YEARS = "max-age=63072000; includeSubDomains";

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        HttpServletResponse answer = (HttpServletResponse) response;
        answer.setHeader("X-Content-Type-Options", "nosniff");
        answer.setHeader("X-Frame-Options", "DENY");
        answer.setHeader("Referrer-Policy", "same-origin");
        answer.setHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
        answer.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        answer.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        if (http.isSecure()) {
            answer.setHeader("Strict-Transport-Security", TWO_YEARS);
        }
        RequestPath path = RequestPath.of(http);
        if (path.isFacesResource()) {
            answer.setHeader("Content-Security-Policy", RESOURCES);
        } else {
            // what is told to one user is kept by no proxy and by no browser's history
            answer.setHeader("Cache-Control", "no-store");
            if (!path.isPage()) {
                answer.setHeader("Content-Security-Policy", FILES);
            }
        }
        chain.doFilter(request, response);
    }
}
