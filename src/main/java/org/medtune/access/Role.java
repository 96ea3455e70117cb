package org.medtune.access;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What a user is for. */
public enum Role {

    /** Chats. */
    CLINICIAN,
    /** Starts, stops and looks after runs. */
    OPERATOR,
    /** Reads the audit log. */
    AUDITOR,
    /** All of it, and manages users. */
    ADMINISTRATOR;

    /** The role's name among a user's groups. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The role of a name. */
    public static Optional<Role> of(String id) {
        return Arrays.stream(values()).filter(role -> role.id().equals(id)).findFirst();
    }

    /** The names of all. */
    public static String ids() {
        return Arrays.stream(values()).map(Role::id).collect(Collectors.joining(", "));
    }

    /**
     * The roles of names.
     *
     * @throws org.medtune.InvalidInputException at a name that is no role's
     */
    public static Set<Role> read(Collection<String> ids) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (String id : ids) {
            roles.add(of(id).orElseThrow(() -> MESSAGES.roleUnknown(id, ids())));
        }
        return roles;
    }
}
