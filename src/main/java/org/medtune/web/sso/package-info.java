/**
 * An application of its own at {@code /medtune/sso}, which Elytron's OpenID Connect client protects: whom the provider
 * knows gets a ticket for medtune's login. It is apart so that medtune itself needs no provider for its other users,
 * tokens and probes, and keeps the server's security domain. It has no classes in common with the rest.
 */
package org.medtune.web.sso;
