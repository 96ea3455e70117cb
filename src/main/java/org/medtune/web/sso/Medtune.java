package org.medtune.web.sso;

import jakarta.servlet.http.HttpServletRequest;

/** The application that this one logs in to. */
final class Medtune {

    private Medtune() {
    }

    /** Its context path: this one's is below it. */
    static String path(HttpServletRequest request) {
        String own = request.getContextPath();
        return own.substring(0, own.lastIndexOf('/'));
    }
}
