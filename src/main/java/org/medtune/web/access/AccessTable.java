package org.medtune.web.access;

import static org.medtune.access.Role.AUDITOR;
import static org.medtune.access.Role.CLINICIAN;
import static org.medtune.access.Role.OPERATOR;
import static org.medtune.access.Role.ADMINISTRATOR;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.medtune.access.Caller;
import org.medtune.access.Role;

/**
 * Who may reach which address. The first rule that fits decides, and the last fits all: what nobody thought of is for
 * operators.
 */
final class AccessTable {

    private static final Set<Role> ALL = EnumSet.allOf(Role.class);

    private static final List<Rule> RULES = List.of(
            Rule.open("/login"), Rule.open("/login.xhtml"), Rule.open("/error.xhtml"),
            Rule.open("/health"),
            // what the login page loads
            Rule.open("/jakarta.faces.resource/medtune.css.xhtml"), Rule.open("/jakarta.faces.resource/primeicons"),
            Rule.open("/jakarta.faces.resource/locales"),
            Rule.of("/jakarta.faces.resource", ALL),
            Rule.of("/logout", ALL), Rule.of("/account.xhtml", ALL), Rule.of("/api/account", ALL),
            Rule.of("/chat.xhtml", Set.of(CLINICIAN)), Rule.of("/api/chat", Set.of(CLINICIAN)),
            Rule.of("/v1", Set.of(CLINICIAN)),
            Rule.of("/api/openapi.json", ALL), Rule.of("/api/openapi.yaml", ALL),
            Rule.of("/audit.xhtml", Set.of(AUDITOR)), Rule.of("/api/audit", Set.of(AUDITOR)),
            Rule.of("/users.xhtml", Set.of(ADMINISTRATOR)), Rule.of("/api/users", Set.of(ADMINISTRATOR)),
            Rule.of("/metrics", EnumSet.of(OPERATOR, AUDITOR)),
            Rule.of("", Set.of(OPERATOR)));

    private AccessTable() {
    }

    /**
     * A rule.
     *
     * @param path  this one and all below
     * @param open  whether anybody may come, known or not
     * @param roles any of which suffices
     */
    record Rule(String path, boolean open, Set<Role> roles) {

        static Rule open(String path) {
            return new Rule(path, true, Set.of());
        }

        static Rule of(String path, Set<Role> roles) {
            return new Rule(path, false, roles);
        }

        boolean allows(Caller caller) {
            return open || caller != null && roles.stream().anyMatch(caller::is);
        }

        String roleIds() {
            return String.join(" or ", roles.stream().map(Role::id).sorted().toList());
        }
    }

    static Rule of(RequestPath path) {
        return RULES.stream().filter(rule -> path.isWithin(rule.path)).findFirst().orElseThrow();
    }

    /** The page that a user begins with. */
    static String home(Caller caller) {
        return caller.is(OPERATOR) ? "/runs.xhtml" : caller.is(CLINICIAN) ? "/chat.xhtml"
                : caller.is(AUDITOR) ? "/audit.xhtml" : "/account.xhtml";
    }
}
