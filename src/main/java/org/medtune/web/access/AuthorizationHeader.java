package org.medtune.web.access;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * What a program proves itself with.
 *
 * @param name   of the user; empty for a token
 * @param secret the password, or the token
 */
record AuthorizationHeader(String name, String secret) {

    private static final String BASIC = "basic ";
    private static final String BEARER = "bearer ";

    /** The header's content; nothing if there is none, and a name without a secret if it cannot be understood. */
    static Optional<AuthorizationHeader> of(HttpServletRequest request) {
        String header = request.getHeader("Authorization");
        if (header == null) {
            return Optional.empty();
        }
        if (header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return Optional.of(new AuthorizationHeader("", header.substring(BEARER.length()).strip()));
        }
        return Optional.of(header.regionMatches(true, 0, BASIC, 0, BASIC.length())
                ? basic(header.substring(BASIC.length()).strip()) : new AuthorizationHeader("unknown", ""));
    }

    private static AuthorizationHeader basic(String encoded) {
        try {
            String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            return colon < 0 ? new AuthorizationHeader("unknown", "")
                    : new AuthorizationHeader(pair.substring(0, colon), pair.substring(colon + 1));
        } catch (IllegalArgumentException e) {
            return new AuthorizationHeader("unknown", "");
        }
    }

    boolean isToken() {
        return name.isEmpty();
    }
}
