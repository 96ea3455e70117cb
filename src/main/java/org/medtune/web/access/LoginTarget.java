package org.medtune.web.access;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.medtune.access.Caller;
import org.medtune.web.faces.LoginPage;

/** Where a browser goes on to after a try to log in. */
final class LoginTarget {

    static final String LOGIN_PAGE = "/login.xhtml";

    private LoginTarget() {
    }

    /**
     * The page that was asked for before the login if it is one of this application's, or else the user's first.
     *
     * @param asked path with the context's; any text, as it comes from outside
     */
    static String of(HttpServletRequest request, String asked, Caller caller) {
        String context = request.getContextPath();
        boolean own = asked.startsWith(context + "/") && !asked.contains("//") && !asked.contains("\\")
                && asked.chars().noneMatch(Character::isISOControl);
        return own ? asked : context + AccessTable.home(caller);
    }

    /**
     * Answers with the login page, which says what was wrong.
     *
     * @param problem  the end of a text's key, as {@link LoginPage#PROBLEM} says
     * @param argument of that text
     */
    static void showLogin(HttpServletRequest request, HttpServletResponse response, String problem, String argument)
            throws ServletException, IOException {
        request.setAttribute(LoginPage.PROBLEM, problem);
        request.setAttribute(LoginPage.ARGUMENT, argument);
        request.getRequestDispatcher(LOGIN_PAGE).forward(request, response);
    }
}
