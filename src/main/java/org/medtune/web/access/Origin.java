package org.medtune.web.access;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.Set;

/** Tells requests that a page of another site has made a browser send. */
final class Origin {

    private static final Set<String> READ_ONLY = Set.of("GET", "HEAD", "OPTIONS");

    private Origin() {
    }

    /**
     * Whether the request changes something and a browser says that it comes from elsewhere. Browsers say so in
     * Sec-Fetch-Site, older ones in Origin; programs say neither, and have no session that could be abused.
     */
    static boolean isForeign(HttpServletRequest request) {
        if (READ_ONLY.contains(request.getMethod())) {
            return false;
        }
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null) {
            return !site.equals("same-origin") && !site.equals("none");
        }
        String origin = request.getHeader("Origin");
        return origin != null && !isOwn(origin, request);
    }

    private static boolean isOwn(String origin, HttpServletRequest request) {
        try {
            URI uri = URI.create(origin);
            int port = uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
            return request.getServerName().equalsIgnoreCase(uri.getHost()) && request.getServerPort() == port;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
