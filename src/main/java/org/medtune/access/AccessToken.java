package org.medtune.access;

import java.util.Set;

/**
 * What is kept of a bearer token.
 *
 * @param id       to revoke it by; no secret
 * @param user     in whose name it is used
 * @param label    what the user calls it
 * @param roles    the most that it may be used for; those that the user has lost since do not count
 * @param external whether the user is a directory's and not this server's own, so that only the token tells the roles
 * @param created  ISO 8601, UTC
 * @param expires  ISO 8601, UTC; null for never
 * @param hash     SHA-256 of the token, which itself is kept nowhere: it has 256 random bits, so nothing can be guessed
 *                 from its hash
 */
public record AccessToken(String id, String user, String label, Set<Role> roles, boolean external, String created,
                          String expires, String hash) {
}
