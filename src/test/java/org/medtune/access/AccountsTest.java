package org.medtune.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.ConflictException;
import org.medtune.InvalidInputException;
import org.medtune.NotFoundException;
import org.wildfly.security.auth.principal.NamePrincipal;
import org.wildfly.security.auth.realm.FileSystemSecurityRealm;
import org.wildfly.security.auth.server.RealmIdentity;
import org.wildfly.security.evidence.PasswordGuessEvidence;
import org.wildfly.security.password.WildFlyElytronPasswordProvider;

/** With Elytron's realm, as the server's configuration has it, for the judge of what is written. */
class AccountsTest {

    private static final String PASSWORD = "correct horse battery";

    @TempDir
    private Path folder;

    @Test
    void addsUsersWhomTheServersRealmKnows() throws IOException {
        // when
        accounts().create("li.wang@example.org", PASSWORD, Set.of(Role.CLINICIAN, Role.AUDITOR));

        // then
        assertThat(guess("li.wang@example.org", PASSWORD)).isTrue();
        assertThat(guess("li.wang@example.org", PASSWORD + "x")).isFalse();
        assertThat(accounts().all()).containsExactly(
                new Account("li.wang@example.org", Set.of(Role.CLINICIAN, Role.AUDITOR)));
        assertThat(accounts().find("li")).isEmpty();
        assertThat(everything()).doesNotContain(PASSWORD).contains("bcrypt");
    }

    @Test
    void changesRolesAndPassword() {
        // given
        Accounts accounts = accounts();
        accounts.create("admin", PASSWORD, Set.of(Role.ADMINISTRATOR));
        accounts.create("李医生", PASSWORD, Set.of(Role.CLINICIAN));
        long before = accounts.version("李医生");

        // when
        accounts.setRoles("李医生", Set.of(Role.OPERATOR));
        accounts.setPassword("李医生", "另一个很长的密码，一二三四");

        // then
        assertThat(accounts.find("李医生")).contains(new Account("李医生", Set.of(Role.OPERATOR)));
        assertThat(guess("李医生", PASSWORD)).isFalse();
        assertThat(guess("李医生", "另一个很长的密码，一二三四")).isTrue();
        assertThat(accounts.version("李医生")).isGreaterThan(before);
    }

    @Test
    void makesAFirstUserOnce() throws IOException {
        // given
        List<String> kept = new ArrayList<>();

        // when
        boolean first = accounts().createFirst(kept::add);
        boolean second = accounts().createFirst(kept::add);

        // then
        assertThat(first).isTrue();
        assertThat(second).isFalse();
        assertThat(kept).singleElement().asString().hasSize(24).satisfies(password ->
                assertThat(guess("admin", password)).isTrue());
        assertThat(accounts().find("admin")).contains(new Account("admin", Set.of(Role.ADMINISTRATOR)));
    }

    @Test
    void makesNoFirstUserWhosePasswordNobodyKnows() throws IOException {
        // given: a disk that is full
        assertThatThrownBy(() -> accounts().createFirst(password -> {
            throw new IOException("no space left");
        })).isInstanceOf(IOException.class);

        // when / then
        assertThat(accounts().all()).isEmpty();
        assertThat(accounts().createFirst(password -> { })).isTrue();
    }

    @Test
    void leavesAnAdministratorWhereTwoTakeThatRoleFromEachOther() throws Exception {
        // given
        Accounts accounts = accounts();
        accounts.create("one", PASSWORD, Set.of(Role.ADMINISTRATOR));
        accounts.create("two", PASSWORD, Set.of(Role.ADMINISTRATOR));
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int i = 0; i < 100; i++) {
                accounts.setRoles("one", Set.of(Role.ADMINISTRATOR));
                accounts.setRoles("two", Set.of(Role.ADMINISTRATOR));

                // when
                CyclicBarrier together = new CyclicBarrier(2);
                threads.invokeAll(Stream.of("one", "two").map(name -> (Callable<Void>) () -> {
                    together.await();
                    accounts.setRoles(name, Set.of(Role.AUDITOR));
                    return null;
                }).toList());

                // then
                assertThat(accounts.all()).filteredOn(account -> account.roles().contains(Role.ADMINISTRATOR))
                        .hasSize(1);
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void changesNothingIfHalfOfAChangeWillNotDo() {
        // given
        Accounts accounts = accounts();
        accounts.create("admin", PASSWORD, Set.of(Role.ADMINISTRATOR));
        accounts.create("li", PASSWORD, Set.of(Role.CLINICIAN));
        long before = accounts.version("li");

        // when / then
        assertThatThrownBy(() -> accounts.update("li", Optional.of(Set.of(Role.OPERATOR)), Optional.of("short")))
                .isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> accounts.update("li", Optional.of(Set.of()), Optional.of("another password")))
                .isInstanceOf(InvalidInputException.class).hasMessageStartingWith("MEDTUNE000915: ");
        assertThatThrownBy(() -> accounts.update("admin", Optional.of(Set.of(Role.OPERATOR)),
                Optional.of("another password"))).isInstanceOf(ConflictException.class);
        assertThat(accounts.find("li")).contains(new Account("li", Set.of(Role.CLINICIAN)));
        assertThat(accounts.version("li")).isEqualTo(before);
        assertThat(guess("admin", PASSWORD)).isTrue();
        assertThat(guess("li", PASSWORD)).isTrue();
    }

    @Test
    void leavesAnAdministrator() {
        Accounts accounts = accounts();
        accounts.create("admin", PASSWORD, Set.of(Role.ADMINISTRATOR));
        accounts.create("li", PASSWORD, Set.of(Role.CLINICIAN));

        assertThatThrownBy(() -> accounts.delete("admin")).isInstanceOf(ConflictException.class)
                .hasMessageStartingWith("MEDTUNE000917: ");
        assertThatThrownBy(() -> accounts.setRoles("admin", Set.of(Role.AUDITOR)))
                .isInstanceOf(ConflictException.class);
        accounts.setRoles("li", Set.of(Role.ADMINISTRATOR));
        accounts.delete("admin");
        assertThat(accounts.all()).extracting(Account::name).containsExactly("li");
    }

    @Test
    void refusesWhatThereIsNot() {
        Accounts accounts = accounts();
        accounts.create("admin", PASSWORD, Set.of(Role.ADMINISTRATOR));

        assertThatThrownBy(() -> accounts.create("admin", PASSWORD, Set.of(Role.AUDITOR)))
                .isInstanceOf(ConflictException.class).hasMessageStartingWith("MEDTUNE000911: ");
        assertThatThrownBy(() -> accounts.setPassword("li", PASSWORD)).isInstanceOf(NotFoundException.class)
                .hasMessageStartingWith("MEDTUNE000912: ");
        assertThatThrownBy(() -> accounts.delete("li")).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> accounts.create("li", PASSWORD, Set.of())).isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000915: ");
        assertThatThrownBy(() -> Role.read(List.of("clinician", "god"))).isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000916: 'god' is no role");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "..", "../admin", "a/b", "a\\b", "/etc/passwd", "%2e%2e", "a\nb", "-x", "a b", "a:b"})
    void takesNoNameThatCouldBeAPath(String name) throws IOException {
        assertThatThrownBy(() -> accounts().create(name, PASSWORD, Set.of(Role.AUDITOR)))
                .isInstanceOf(InvalidInputException.class).hasMessageStartingWith("MEDTUNE000913: ");
        assertThat(accounts().find(name)).isEmpty();
        assertThat(everything()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "elevenchars", "一二三四五六七八九十一二三四五六七八九十一二三四五"})
    void takesNoPasswordThatIsTooShortOrCutOffByItsHash(String password) {
        assertThatThrownBy(() -> accounts().create("li", password, Set.of(Role.AUDITOR)))
                .isInstanceOf(InvalidInputException.class).hasMessageStartingWith("MEDTUNE000914: ");
    }

    private Accounts accounts() {
        return new Accounts(folder.resolve("users"));
    }

    private boolean guess(String name, String password) {
        RealmIdentity identity = FileSystemSecurityRealm.builder().setRoot(folder.resolve("users")).setLevels(2)
                .setProviders(() -> new Provider[] {WildFlyElytronPasswordProvider.getInstance()}).build()
                .getRealmIdentity(new NamePrincipal(name));
        try {
            return identity.verifyEvidence(new PasswordGuessEvidence(password.toCharArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            identity.dispose();
        }
    }

    private String everything() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            StringBuilder all = new StringBuilder();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.append(Files.readString(file));
            }
            return all.toString();
        }
    }
}
