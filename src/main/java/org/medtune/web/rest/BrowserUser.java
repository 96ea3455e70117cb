package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Principal;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The authenticated user where there is one, or else the browser, known by a random cookie. The name of a browser is a
 * hash of its cookie, so that nobody can act as the user who has only seen the name in the database.
 *
 * <p>The cookie is set by {@link #begin} alone, which a page calls by a request of its own: a page that is reached by a
 * link from another site does not get the strict cookie along, and would replace it if it set one.
 */
@RequestScoped
public class BrowserUser implements CurrentUser {

    private static final String COOKIE = "medtune-user";
    private static final int RANDOM_BYTES = 32;
    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9_-]{43}");
    /** Browsers keep no cookie for longer. */
    private static final Duration AGE = Duration.ofDays(400);
    private static final SecureRandom RANDOM = new SecureRandom();

    @Inject
    private HttpServletRequest request;

    @Override
    public String name() {
        Principal principal = request.getUserPrincipal();
        return principal != null ? "user:" + principal.getName()
                : "browser:" + hash(cookie().orElseThrow(MESSAGES::userUnknown));
    }

    /** Makes the browser known if it is not, and renews its cookie. */
    void begin(HttpServletResponse response) {
        if (request.getUserPrincipal() != null) {
            return;
        }
        Cookie cookie = new Cookie(COOKIE, cookie().orElseGet(BrowserUser::randomValue));
        cookie.setPath(request.getContextPath());
        cookie.setHttpOnly(true);
        cookie.setSecure(request.isSecure());
        cookie.setAttribute("SameSite", "Strict");
        cookie.setMaxAge((int) AGE.toSeconds());
        response.addCookie(cookie);
    }

    private Optional<String> cookie() {
        Cookie[] cookies = request.getCookies();
        return (cookies == null ? Stream.<Cookie>empty() : Arrays.stream(cookies))
                .filter(cookie -> cookie.getName().equals(COOKIE)).map(Cookie::getValue)
                .filter(value -> VALUE.matcher(value).matches()).findFirst();
    }

    private static String randomValue() {
        byte[] bytes = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
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
