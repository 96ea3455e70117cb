package org.medtune.access;

import java.util.Set;

/** A user of this server: name and roles. */
public record Account(String name, Set<Role> roles) {
}
