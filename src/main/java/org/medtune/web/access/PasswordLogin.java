package org.medtune.web.access;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.medtune.access.Accounts;
import org.medtune.access.Caller;
import org.medtune.access.Role;
import org.wildfly.security.auth.server.RealmUnavailableException;
import org.wildfly.security.auth.server.SecurityDomain;
import org.wildfly.security.auth.server.SecurityIdentity;
import org.wildfly.security.evidence.PasswordGuessEvidence;

/**
 * Has Elytron check names and passwords, in the security domain that the server's configuration gives this application:
 * users may be in another realm than the one that comes with it, such as a directory.
 */
final class PasswordLogin {

    /** Programs send their password with each request, and a hash that is slow to guess is slow to check. */
    private static final long REMEMBERED_NANOSECONDS = Duration.ofSeconds(30).toNanos();
    private static final int MOST_REMEMBERED = 1000;
    /** What is longer is nobody's name. */
    private static final int LONGEST_NAME = 256;
    private static final String MAC = "HmacSHA256";

    private final Accounts accounts;
    private final SecretKeySpec key;
    private final Map<String, Proved> remembered = new ConcurrentHashMap<>();

    private record Proved(String name, Set<Role> roles, long version, long time) {}

    PasswordLogin(Accounts accounts) {
        this.accounts = accounts;
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        this.key = new SecretKeySpec(random, MAC);
    }

    /** The user, if name and password are right. */
    Optional<Caller> check(String name, String password, String address) {
        SecurityDomain domain = SecurityDomain.getCurrent();
        if (domain == null || name.isEmpty() || name.length() > LONGEST_NAME || password.isEmpty()) {
            return Optional.empty();
        }
        try {
            SecurityIdentity identity =
                    domain.authenticate(name, new PasswordGuessEvidence(password.toCharArray()));
            return Optional.of(new Caller(identity.getPrincipal().getName(), roles(identity), address));
        } catch (RealmUnavailableException e) {
            throw MESSAGES.usersUnusable(e.toString(), e);
        } catch (SecurityException e) {
            // also what the realm's name rules refuse
            if (accounts.find(name).isEmpty()) {
                accounts.pretendToCheck(password);
            }
            return Optional.empty();
        }
    }

    /** The same for a request that proved it within the last seconds, without the work of checking it again. */
    Optional<Caller> checkLately(String name, String password, String address) {
        String proof = proof(name, password);
        long version = accounts.version(name);
        Proved proved = remembered.get(proof);
        if (proved != null && proved.version == version && System.nanoTime() - proved.time < REMEMBERED_NANOSECONDS) {
            return Optional.of(new Caller(proved.name, proved.roles, address));
        }
        Optional<Caller> caller = check(name, password, address);
        caller.ifPresent(known ->
                remember(proof, new Proved(known.name(), known.roles(), version, System.nanoTime())));
        return caller;
    }

    private void remember(String proof, Proved proved) {
        if (remembered.size() >= MOST_REMEMBERED) {
            remembered.clear();
        }
        remembered.put(proof, proved);
    }

    private static Set<Role> roles(SecurityIdentity identity) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (String id : identity.getRoles()) {
            Role.of(id).ifPresent(roles::add);
        }
        return roles;
    }

    /** Cannot be computed without this process' key. */
    private String proof(String name, String password) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(key);
            mac.update(name.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return Base64.getEncoder().encodeToString(mac.doFinal(password.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java platform lacks " + MAC, e);
        }
    }
}
