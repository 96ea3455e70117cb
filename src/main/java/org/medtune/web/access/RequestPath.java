package org.medtune.web.access;

import jakarta.servlet.http.HttpServletRequest;

/**
 * A path within the application as the server has decoded and matched it, so that nothing is decided on another
 * spelling of it than the one that is answered.
 *
 * @param value begins with a slash
 */
record RequestPath(String value) {

    private static final String RESOURCES = "/jakarta.faces.resource/";

    static RequestPath of(HttpServletRequest request) {
        String beyond = request.getPathInfo();
        return of(request.getServletPath() + (beyond == null ? "" : beyond));
    }

    /** Resources answer with and without a slash at the end, and are one address here. */
    static RequestPath of(String whole) {
        int end = whole.length();
        while (end > 0 && whole.charAt(end - 1) == '/') {
            end--;
        }
        return new RequestPath(end == 0 ? "/" : whole.substring(0, end));
    }

    /** Whether it is this path or below it. */
    boolean isWithin(String folder) {
        return value.equals(folder) || value.startsWith(folder + "/");
    }

    /** Style sheets and scripts of pages. */
    boolean isFacesResource() {
        return value.startsWith(RESOURCES);
    }

    /** Whether Faces answers with a page, as it does where a login was refused. */
    boolean isPage() {
        return !isFacesResource() && (value.endsWith(".xhtml") || value.equals("/") || isWithin("/login"));
    }

    /** OpenAI's API. */
    boolean isOpenAi() {
        return isWithin("/v1");
    }

    /** What programs ask, which have no use for a page in answer. */
    boolean isForPrograms() {
        return isOpenAi() || isWithin("/api") || isWithin("/metrics") || isWithin("/health");
    }
}
