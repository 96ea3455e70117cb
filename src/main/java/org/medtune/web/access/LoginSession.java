package org.medtune.web.access;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.io.Serializable;
import java.util.Optional;
import java.util.Set;
import org.medtune.access.Accounts;
import org.medtune.access.Caller;
import org.medtune.access.Role;

/**
 * What a browser's session knows of its user. It ends when the user is changed or deleted.
 *
 * @param version of the user when the session began
 */
record LoginSession(String name, Set<Role> roles, long version) implements Serializable {

    private static final String ATTRIBUTE = LoginSession.class.getName();

    /** Begins a session under a new id, so that an id that somebody has planted is worth nothing. */
    static void begin(HttpServletRequest request, Caller caller, Accounts accounts) {
        HttpSession old = request.getSession(false);
        if (old != null) {
            old.invalidate();
        }
        request.getSession(true).setAttribute(ATTRIBUTE,
                new LoginSession(caller.name(), caller.roles(), accounts.version(caller.name())));
    }

    static Optional<Caller> find(HttpServletRequest request, Accounts accounts) {
        HttpSession session = request.getSession(false);
        if (session == null || !(session.getAttribute(ATTRIBUTE) instanceof LoginSession login)) {
            return Optional.empty();
        }
        if (accounts.version(login.name) != login.version) {
            session.invalidate();
            return Optional.empty();
        }
        return Optional.of(new Caller(login.name, login.roles, request.getRemoteAddr()));
    }

    static void end(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session != null) {
            session.invalidate();
        }
    }
}
