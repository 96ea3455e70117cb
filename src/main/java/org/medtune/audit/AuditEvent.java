package org.medtune.audit;

import java.util.Map;
import java.util.Objects;

/**
 * Something that somebody did, or tried to do.
 *
 * @param actor   the user's name; {@code console} and {@code server} where no user of the application acted
 * @param address where the request came from; empty where there was none
 * @param action  a word, such as {@code start} or {@code login}
 * @param target  what it was done to, such as {@code execution 3}; empty where that is plain
 * @param outcome {@code done} or {@code refused}, or an HTTP status
 * @param details more, by name; never a password and never a token
 */
public record AuditEvent(String actor, String address, String action, String target, String outcome,
                         Map<String, String> details) {

    public AuditEvent {
        Objects.requireNonNull(actor);
        Objects.requireNonNull(address);
        Objects.requireNonNull(action);
        Objects.requireNonNull(target);
        Objects.requireNonNull(outcome);
        details = Map.copyOf(details);
    }
}
