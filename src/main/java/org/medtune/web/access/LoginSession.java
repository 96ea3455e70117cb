package org.medtune.web.access;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.io.Serializable;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.medtune.access.Account;
import org.medtune.access.Accounts;
import org.medtune.access.Caller;
import org.medtune.access.Role;

/**
 * What a browser's session knows of its user. It ends when the user is changed here, or deleted anywhere; one of a user
 * whom an OpenID provider knows also ends at a time, as what the provider changes is not seen before the next login.
 *
 * @param roles    of a user of somewhere else, such as a directory
 * @param version  of the user when the session began
 * @param external whether the user is none of this server's own, whose roles are those that they have now
 * @param end      of a provider's user's session; null for others
 */
record LoginSession(String name, Set<Role> roles, long version, boolean external, Instant end)
        implements Serializable {

    private static final String ATTRIBUTE = LoginSession.class.getName();

    /**
     * Begins a session under a new id, so that an id that somebody has planted is worth nothing.
     *
     * @param version of the user before it was proved who that is
     */
    static void begin(HttpServletRequest request, Caller caller, Accounts accounts, long version) {
        begin(request, caller, accounts, version, null);
    }

    /** The same for a user whom an OpenID provider knows. */
    static void begin(HttpServletRequest request, Caller caller, Accounts accounts, Instant end) {
        begin(request, caller, accounts, accounts.version(caller.name()), end);
    }

    private static void begin(HttpServletRequest request, Caller caller, Accounts accounts, long version,
            Instant end) {
        HttpSession old = request.getSession(false);
        if (old != null) {
            old.invalidate();
        }
        request.getSession(true).setAttribute(ATTRIBUTE,
                new LoginSession(caller.name(), caller.roles(), version, accounts.find(caller.name()).isEmpty(), end));
    }

    static Optional<Caller> find(HttpServletRequest request, Accounts accounts) {
        HttpSession session = request.getSession(false);
        try {
            if (session == null || !(session.getAttribute(ATTRIBUTE) instanceof LoginSession login)) {
                return Optional.empty();
            }
            Optional<Set<Role>> now = login.external ? Optional.of(login.roles)
                    : accounts.find(login.name).map(Account::roles);
            if (now.isEmpty() || accounts.version(login.name) != login.version
                    || login.end != null && Instant.now().isAfter(login.end)) {
                session.invalidate();
                return Optional.empty();
            }
            return Optional.of(new Caller(login.name, now.get(), request.getRemoteAddr()));
        } catch (IllegalStateException e) {
            // another request of the same browser has ended it meanwhile
            return Optional.empty();
        }
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
        try {
            boolean atProvider = session.getAttribute(ATTRIBUTE) instanceof LoginSession login && login.end != null;
            session.invalidate();
            return atProvider;
        } catch (IllegalStateException e) {
            MESSAGES.debug("a session was ended by two requests at once", e);
            return false;
        }
    }
}
