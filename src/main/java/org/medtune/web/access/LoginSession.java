package org.medtune.web.access;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.io.Serializable;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.medtune.access.Accounts;
import org.medtune.access.Caller;
import org.medtune.access.Role;

/**
 * What a browser's session knows of its user. It ends when the user is changed or deleted; one of a user whom an OpenID
 * provider knows also ends at a time, as what the provider changes is not seen before the next login.
 *
 * @param version of the user when the session began
 * @param end     of a provider's user's session; null for a user of this server
 */
record LoginSession(String name, Set<Role> roles, long version, Instant end) implements Serializable {

    private static final String ATTRIBUTE = LoginSession.class.getName();

    /** Begins a session under a new id, so that an id that somebody has planted is worth nothing. */
    static void begin(HttpServletRequest request, Caller caller, Accounts accounts) {
        begin(request, caller, accounts, null);
    }

    /** The same for a user whom an OpenID provider knows. */
    static void begin(HttpServletRequest request, Caller caller, Accounts accounts, Instant end) {
        HttpSession old = request.getSession(false);
        if (old != null) {
            old.invalidate();
        }
        request.getSession(true).setAttribute(ATTRIBUTE,
                new LoginSession(caller.name(), caller.roles(), accounts.version(caller.name()), end));
    }

    static Optional<Caller> find(HttpServletRequest request, Accounts accounts) {
        HttpSession session = request.getSession(false);
        if (session == null || !(session.getAttribute(ATTRIBUTE) instanceof LoginSession login)) {
            return Optional.empty();
        }
        if (accounts.version(login.name) != login.version
                || login.end != null && Instant.now().isAfter(login.end)) {
            session.invalidate();
            return Optional.empty();
        }
        return Optional.of(new Caller(login.name, login.roles, request.getRemoteAddr()));
    }

    /**
     * Ends the session.
     *
     * @return whether its user is an OpenID provider's, whose own session goes on
     */
    static boolean end(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session == null) {
            return false;
        }
        boolean atProvider = session.getAttribute(ATTRIBUTE) instanceof LoginSession login && login.end != null;
        session.invalidate();
        return atProvider;
    }
}
