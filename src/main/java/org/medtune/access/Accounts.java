package org.medtune.access;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.wildfly.security.auth.principal.NamePrincipal;
import org.wildfly.security.auth.realm.FileSystemSecurityRealm;
import org.wildfly.security.auth.server.ModifiableRealmIdentity;
import org.wildfly.security.auth.server.ModifiableRealmIdentityIterator;
import org.wildfly.security.auth.server.RealmIdentity;
import org.wildfly.security.auth.server.RealmUnavailableException;
import org.wildfly.security.authz.MapAttributes;
import org.wildfly.security.credential.PasswordCredential;
import org.wildfly.security.password.Password;
import org.wildfly.security.password.PasswordFactory;
import org.wildfly.security.password.WildFlyElytronPasswordProvider;
import org.wildfly.security.password.interfaces.BCryptPassword;
import org.wildfly.security.password.spec.EncryptablePasswordSpec;
import org.wildfly.security.password.spec.IteratedSaltedPasswordAlgorithmSpec;

/**
 * The users of this server in the folder of Elytron's filesystem realm {@code medtune}, which the server's command line
 * manages just as well: nothing of them is kept in memory but how often this object has changed each.
 */
public final class Accounts {

    /** The first user's name. */
    public static final String ADMINISTRATOR = "admin";

    /** The shortest password that is taken, in characters. */
    public static final int SHORTEST_PASSWORD = 12;

    /** In UTF-8: bcrypt looks at no more. */
    private static final int LONGEST_PASSWORD_BYTES = 72;
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N}._@-]{0,63}");
    private static final String ROLES = "groups";
    private static final int LEVELS = 2;
    private static final int COST = 10;
    private static final int PASSWORD_BYTES = 18;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final FileSystemSecurityRealm realm;
    private final PasswordFactory passwords;
    private final Map<String, Long> changed = new ConcurrentHashMap<>();

    /** The users in a folder, which need not be there. */
    public Accounts(Path folder) {
        this.realm = FileSystemSecurityRealm.builder().setRoot(folder).setLevels(LEVELS)
                .setProviders(() -> new Provider[] {WildFlyElytronPasswordProvider.getInstance()}).build();
        try {
            this.passwords = PasswordFactory.getInstance(BCryptPassword.ALGORITHM_BCRYPT,
                    WildFlyElytronPasswordProvider.getInstance());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Elytron lacks bcrypt", e);
        }
    }

    /** All users, by name. */
    public List<Account> all() {
        List<Account> accounts = new ArrayList<>();
        try (ModifiableRealmIdentityIterator all = realm.getRealmIdentityIterator()) {
            while (all.hasNext()) {
                ModifiableRealmIdentity identity = all.next();
                try {
                    accounts.add(new Account(identity.getRealmIdentityPrincipal().getName(), roles(identity)));
                } finally {
                    identity.dispose();
                }
            }
        } catch (RealmUnavailableException e) {
            throw MESSAGES.usersUnusable(e.toString(), e);
        }
        accounts.sort(Comparator.comparing(Account::name));
        return List.copyOf(accounts);
    }

    /** Whether a user may be called so. */
    public static boolean isName(String name) {
        return name != null && NAME.matcher(name).matches();
    }

    /** The user of a name, if there is one. */
    public Optional<Account> find(String name) {
        if (!isName(name)) {
            return Optional.empty();
        }
        return with(realm.getRealmIdentity(new NamePrincipal(name)),
                identity -> identity.exists() ? Optional.of(new Account(name, roles(identity))) : Optional.empty());
    }

    /**
     * Adds a user.
     *
     * @throws org.medtune.InvalidInputException if name or password will not do, or there is no role
     * @throws org.medtune.ConflictException     if there is a user of that name
     */
    public void create(String name, String password, Set<Role> roles) {
        requireName(name);
        requirePassword(password);
        requireRoles(roles);
        change(name, identity -> {
            if (identity.exists()) {
                throw MESSAGES.userThereAlready(name);
            }
            identity.create();
            try {
                identity.setAttributes(attributes(roles));
                identity.setCredentials(List.of(credential(password)));
            } catch (RealmUnavailableException e) {
                // half a user could neither log in nor be added again
                identity.delete();
                throw e;
            }
        });
    }

    /**
     * Gives a user other roles.
     *
     * @throws org.medtune.NotFoundException if there is no such user
     * @throws org.medtune.ConflictException if nobody would be left who manages users
     */
    public void setRoles(String name, Set<Role> roles) {
        update(name, Optional.of(roles), Optional.empty());
    }

    /**
     * Gives a user another password.
     *
     * @throws org.medtune.NotFoundException if there is no such user
     */
    public void setPassword(String name, String password) {
        update(name, Optional.empty(), Optional.of(password));
    }

    /**
     * Gives a user other roles, another password or both. Nothing is changed if one of them will not do.
     *
     * @throws org.medtune.InvalidInputException if the password will not do, or there is no role
     * @throws org.medtune.NotFoundException     if there is no such user
     * @throws org.medtune.ConflictException     if nobody would be left who manages users
     */
    public synchronized void update(String name, Optional<Set<Role>> roles, Optional<String> password) {
        roles.ifPresent(Accounts::requireRoles);
        password.ifPresent(Accounts::requirePassword);
        if (roles.isPresent() && !roles.get().contains(Role.ADMINISTRATOR)) {
            requireAnotherAdministrator(name);
        }
        change(name, identity -> {
            require(name, identity);
            if (roles.isPresent()) {
                identity.setAttributes(attributes(roles.get()));
            }
            if (password.isPresent()) {
                identity.setCredentials(List.of(credential(password.get())));
            }
        });
    }

    /**
     * Deletes a user.
     *
     * @throws org.medtune.NotFoundException if there is no such user
     * @throws org.medtune.ConflictException if nobody would be left who manages users
     */
    public synchronized void delete(String name) {
        requireAnotherAdministrator(name);
        change(name, identity -> {
            require(name, identity);
            identity.delete();
        });
    }

    /** A number that is another one after each change of the user by this object: what was proved before is void. */
    public long version(String name) {
        return changed.getOrDefault(name, 0L);
    }

    /**
     * Takes as long as the check of a password of a user does, for names that nobody has: nobody learns who is known.
     */
    public void pretendToCheck(String password) {
        credential(password);
    }

    /** Where the password of the first user is kept for whoever is to have it. */
    public interface PasswordKeeper {

        /** Keeps it. */
        void keep(String password) throws IOException;
    }

    /**
     * Where nobody is known yet: adds an administrator with a random password, which is kept before: who is added and
     * whose password nobody knows would be in the way.
     *
     * @return whether one was added
     * @throws IOException if the password could not be kept
     */
    public boolean createFirst(PasswordKeeper keeper) throws IOException {
        if (!all().isEmpty()) {
            return false;
        }
        byte[] random = new byte[PASSWORD_BYTES];
        RANDOM.nextBytes(random);
        String password = Base64.getUrlEncoder().encodeToString(random);
        keeper.keep(password);
        create(ADMINISTRATOR, password, EnumSet.of(Role.ADMINISTRATOR));
        return true;
    }

    /** What is done with a user's entry. */
    private interface Use<I, R> {

        R of(I identity) throws RealmUnavailableException;
    }

    private interface Change {

        void to(ModifiableRealmIdentity identity) throws RealmUnavailableException;
    }

    private synchronized void change(String name, Change change) {
        requireName(name);
        with(realm.getRealmIdentityForUpdate(new NamePrincipal(name)), identity -> {
            change.to(identity);
            return null;
        });
        changed.merge(name, 1L, Long::sum);
    }

    private static <I extends RealmIdentity, R> R with(I identity, Use<I, R> use) {
        try {
            return use.of(identity);
        } catch (RealmUnavailableException e) {
            throw MESSAGES.usersUnusable(e.toString(), e);
        } finally {
            identity.dispose();
        }
    }

    /** Where administrators are a directory's, none of this server's users has to be one. */
    private void requireAnotherAdministrator(String name) {
        List<String> administrators = all().stream()
                .filter(account -> account.roles().contains(Role.ADMINISTRATOR)).map(Account::name).toList();
        if (administrators.equals(List.of(name))) {
            throw MESSAGES.lastAdministrator(name);
        }
    }

    private static void require(String name, RealmIdentity identity) throws RealmUnavailableException {
        if (!identity.exists()) {
            throw MESSAGES.noSuchUser(name);
        }
    }

    private static void requireName(String name) {
        if (!isName(name)) {
            throw MESSAGES.userNameWrong(name);
        }
    }

    private static void requirePassword(String password) {
        if (password == null || password.codePointCount(0, password.length()) < SHORTEST_PASSWORD
                || password.getBytes(StandardCharsets.UTF_8).length > LONGEST_PASSWORD_BYTES) {
            throw MESSAGES.passwordWrong(SHORTEST_PASSWORD, LONGEST_PASSWORD_BYTES);
        }
    }

    private static void requireRoles(Set<Role> roles) {
        if (roles.isEmpty()) {
            throw MESSAGES.rolesMissing(Role.ids());
        }
    }

    private PasswordCredential credential(String password) {
        byte[] salt = new byte[BCryptPassword.BCRYPT_SALT_SIZE];
        RANDOM.nextBytes(salt);
        try {
            Password hashed = passwords.generatePassword(new EncryptablePasswordSpec(password.toCharArray(),
                    new IteratedSaltedPasswordAlgorithmSpec(COST, salt)));
            return new PasswordCredential(hashed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("bcrypt takes any characters", e);
        }
    }

    private static MapAttributes attributes(Set<Role> roles) {
        return new MapAttributes(Map.of(ROLES, roles.stream().map(Role::id).sorted().toList()));
    }

    private static Set<Role> roles(RealmIdentity identity) throws RealmUnavailableException {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        identity.getAttributes().get(ROLES).forEach(id -> Role.of(id).ifPresent(roles::add));
        return roles;
    }
}
