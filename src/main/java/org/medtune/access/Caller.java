package org.medtune.access;

import java.security.Principal;
import java.util.Set;

/**
 * Who makes a request, once that is proved.
 *
 * @param name    of the user
 * @param roles   that the user has
 * @param address where the request comes from
 * @param byToken whether a bearer token has proved it, and not a login
 */
public record Caller(String name, Set<Role> roles, String address, boolean byToken) implements Principal {

    private static final ThreadLocal<Caller> CURRENT = new ThreadLocal<>();

    public Caller {
        roles = Set.copyOf(roles);
    }

    /** One who has logged in. */
    public Caller(String name, Set<Role> roles, String address) {
        this(name, roles, address, false);
    }

    @Override
    public String getName() {
        return name;
    }

    /** Whether the user has the role, as an administrator has each. */
    public boolean is(Role role) {
        return roles.contains(role) || roles.contains(Role.ADMINISTRATOR);
    }

    /** Has the present thread act in this caller's name until the result is closed. */
    public Acting act() {
        Caller before = CURRENT.get();
        CURRENT.set(this);
        return () -> {
            if (before == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(before);
            }
        };
    }

    /** Whose request the present thread answers; null if it answers none, as a job's thread does. */
    public static Caller current() {
        return CURRENT.get();
    }

    /** As long as a thread acts in a caller's name. */
    public interface Acting extends AutoCloseable {

        @Override
        void close();
    }
}
