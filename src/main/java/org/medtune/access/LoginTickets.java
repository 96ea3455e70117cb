package org.medtune.access;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Logins that another application of this server has had an OpenID provider prove, each under a random ticket that
 * takes it over once, within a minute. Safe for use by many threads.
 */
public final class LoginTickets {

    private static final Duration VALID = Duration.ofMinutes(1);
    private static final int MOST = 1000;
    private static final int RANDOM_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Clock clock;
    private final Map<String, Waiting> waiting = new LinkedHashMap<>();

    /**
     * Who has logged in at the provider.
     *
     * @param name  that the provider tells
     * @param roles of this application that the provider gives; may be none
     */
    public record Proved(String name, Set<Role> roles) {

        public Proved {
            roles = Set.copyOf(roles);
        }
    }

    private record Waiting(Proved proved, Instant end) {}

    /** No tickets yet. */
    public LoginTickets() {
        this(Clock.systemUTC());
    }

    LoginTickets(Clock clock) {
        this.clock = clock;
    }

    /**
     * Makes a ticket. Of more than a thousand that nobody has come with yet, the oldest is worth nothing any more.
     *
     * @param name that was proved
     * @param has  whether the user has the role of an id
     */
    public synchronized String issue(String name, Predicate<String> has) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (Role role : Role.values()) {
            if (has.test(role.id())) {
                roles.add(role);
            }
        }
        Instant now = clock.instant();
        waiting.values().removeIf(one -> now.isAfter(one.end));
        if (waiting.size() >= MOST) {
            waiting.remove(waiting.keySet().iterator().next());
        }
        byte[] random = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(random);
        String ticket = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        waiting.put(ticket, new Waiting(new Proved(name, roles), now.plus(VALID)));
        return ticket;
    }

    /** The login of a ticket, which is worth nothing afterwards; nothing if it is unknown, used or too old. */
    public synchronized Optional<Proved> redeem(String ticket) {
        Instant now = clock.instant();
        return Optional.ofNullable(waiting.remove(ticket)).filter(one -> !now.isAfter(one.end)).map(Waiting::proved);
    }
}
