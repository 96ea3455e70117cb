package org.medtune.web.rest;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The user that a browser was before there were logins, known by a random cookie: the owner of the conversations that
 * were begun with it. Its name is a hash of the cookie.
 */
final class FormerBrowser {

    private static final String COOKIE = "medtune-user";
    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9_-]{43}");

    private FormerBrowser() {
    }

    /** The name, if the browser still has its cookie. */
    static Optional<String> name(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        return (cookies == null ? Stream.<Cookie>empty() : Arrays.stream(cookies))
                .filter(cookie -> cookie.getName().equals(COOKIE)).map(Cookie::getValue)
                .filter(value -> VALUE.matcher(value).matches()).findFirst().map(value -> "browser:" + hash(value));
    }

    /** Has the browser forget the cookie. */
    static void forget(HttpServletRequest request, HttpServletResponse response) {
        Cookie cookie = new Cookie(COOKIE, "");
        cookie.setPath(request.getContextPath());
        cookie.setHttpOnly(true);
        cookie.setMaxAge(0);
        response.addCookie(cookie);
    }

    private static String hash(String value) {
        try {
            return HexFormat.of().formatHex(
                    MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java platform lacks SHA-256", e);
        }
    }
}
