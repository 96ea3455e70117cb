package org.medtune.web.sso;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.Optional;
import org.wildfly.security.http.oidc.OidcPrincipal;
import org.wildfly.security.http.oidc.OidcSecurityContext;
import org.wildfly.security.http.oidc.RefreshableOidcSecurityContext;

/**
 * {@code GET /medtune/sso/logout}: ends the login here and sends the browser to the provider to end it there, or else
 * the next one at this computer would be let in as this user. Source: OpenID Connect RP-Initiated Logout 1.0, section
 * 2.
 */
public final class ProviderLogoutServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;
    private static final String LOGIN_PAGE = "/login.xhtml";

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        String back = URI.create(request.getRequestURL().toString()).resolve(Medtune.path(request) + LOGIN_PAGE)
                .toString();
        String next = atProvider(request.getUserPrincipal(), back).orElse(back);
        HttpSession session = request.getSession(false);
        if (session != null) {
            session.invalidate();
        }
        response.setHeader("Cache-Control", "no-store");
        response.sendRedirect(next);
    }

    /** The provider's address for this user's logout; nothing if nobody is logged in, or the provider has none. */
    private static Optional<String> atProvider(Principal principal, String back) {
        if (!(principal instanceof OidcPrincipal<?> user)) {
            return Optional.empty();
        }
        OidcSecurityContext context = user.getOidcSecurityContext();
        String logout = context instanceof RefreshableOidcSecurityContext known
                ? known.getOidcClientConfiguration().getLogoutUrl() : null;
        return Optional.ofNullable(logout).map(address -> address + (address.contains("?") ? "&" : "?")
                + "id_token_hint=" + encode(context.getIDTokenString())
                + "&post_logout_redirect_uri=" + encode(back));
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
