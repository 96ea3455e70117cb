package org.medtune.web.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.security.Provider;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.medtune.access.AccessTokens;
import org.medtune.access.Accounts;
import org.medtune.access.AuditTrail;
import org.medtune.access.LoginLimit;
import org.medtune.access.Role;
import org.medtune.audit.AuditEntry;
import org.medtune.audit.AuditLog;
import org.wildfly.security.auth.realm.FileSystemSecurityRealm;
import org.wildfly.security.auth.server.SecurityDomain;
import org.wildfly.security.authz.RoleDecoder;
import org.wildfly.security.password.WildFlyElytronPasswordProvider;
import org.wildfly.security.permission.PermissionVerifier;

/** With a security domain of Elytron's, as the server's configuration gives the application one. */
class AuthenticationTest {

    private static final String PASSWORD = "correct horse battery";
    private static final String ADDRESS = "10.0.0.1";

    @TempDir
    private Path folder;
    private Accounts accounts;
    private AccessTokens tokens;
    private AuditLog log;
    private Authentication authentication;

    @BeforeEach
    void setUp() {
        Path users = folder.resolve("users");
        SecurityDomain domain = SecurityDomain.builder().setDefaultRealmName("medtune")
                .addRealm("medtune", FileSystemSecurityRealm.builder().setRoot(users).setLevels(2)
                        .setProviders(() -> new Provider[] {WildFlyElytronPasswordProvider.getInstance()}).build())
                .setRoleDecoder(RoleDecoder.simple("groups")).build()
                .setPermissionMapper((principal, roles) -> PermissionVerifier.ALL).build();
        domain.registerWithClassLoader(Thread.currentThread().getContextClassLoader());
        accounts = new Accounts(users);
        tokens = new AccessTokens(folder.resolve("tokens.json"));
        log = AuditLog.open(folder.resolve("audit"));
        authentication = new Authentication(accounts, tokens, new PasswordLogin(accounts), new LoginLimit(),
                new AuditTrail(log, false));
        accounts.create("li", PASSWORD, Set.of(Role.CLINICIAN));
    }

    @AfterEach
    void tearDown() {
        SecurityDomain.unregisterClassLoader(Thread.currentThread().getContextClassLoader());
        log.close();
    }

    @Test
    void knowsWhoeverHasThePassword() throws LoginRefusedException {
        assertThat(authentication.logIn("li", PASSWORD, ADDRESS).name()).isEqualTo("li");
        assertThat(authentication.logIn("li", PASSWORD, ADDRESS).roles()).containsExactly(Role.CLINICIAN);
        assertThatThrownBy(() -> authentication.logIn("li", PASSWORD + "x", ADDRESS))
                .isInstanceOf(LoginRefusedException.class).hasMessageStartingWith("MEDTUNE000919: ");
        assertThatThrownBy(() -> authentication.logIn("wang", PASSWORD, ADDRESS))
                .isInstanceOf(LoginRefusedException.class).hasMessageStartingWith("MEDTUNE000919: ");
        assertThat(log.latest(entry -> true, 0, 10)).extracting(AuditEntry::actor, AuditEntry::action)
                .containsExactly(tuple("unknown", "login-failed"), tuple("li", "login-failed"), tuple("li", "login"),
                        tuple("li", "login"));
    }

    @Test
    void takesAsLongForANameThatNobodyHas() {
        // given: what is done for the first time takes longer
        time("li");
        time("wang");

        // when
        long known = IntStream.range(0, 3).mapToLong(i -> time("li")).min().orElseThrow();
        long unknown = IntStream.range(0, 3).mapToLong(i -> time("wang")).min().orElseThrow();

        // then
        assertThat(unknown).isGreaterThan(known / 2);
    }

    @Test
    void letsNobodyKeepOutTokensByWrongOnes() throws Exception {
        // given
        String secret = tokens.make("li", "script", Set.of(Role.CLINICIAN), false, 0).secret();
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> authentication.of(token("medtune_" + "A".repeat(43)), ADDRESS))
                    .isInstanceOf(LoginRefusedException.class).hasMessageStartingWith("MEDTUNE000919: ");
        }
        assertThatThrownBy(() -> authentication.of(token("medtune_" + "A".repeat(43)), ADDRESS))
                .isInstanceOf(LoginRefusedException.class).hasMessageStartingWith("MEDTUNE000921: ");

        // when / then
        assertThat(authentication.of(token(secret), ADDRESS).name()).isEqualTo("li");
        assertThat(authentication.of(token(secret), ADDRESS).byToken()).isTrue();
    }

    @Test
    void givesATokenNoRoleThatItsUserHasLost() throws Exception {
        // given
        accounts.setRoles("li", Set.of(Role.CLINICIAN, Role.OPERATOR));
        String both = tokens.make("li", "both", Set.of(Role.CLINICIAN, Role.OPERATOR), false, 0).secret();
        String one = tokens.make("li", "one", Set.of(Role.CLINICIAN), false, 0).secret();

        // when
        accounts.setRoles("li", Set.of(Role.OPERATOR, Role.AUDITOR));

        // then
        assertThat(authentication.of(token(both), ADDRESS).roles()).containsExactly(Role.OPERATOR);
        assertThat(authentication.of(token(one), ADDRESS).roles()).isEmpty();
        accounts.delete("li");
        assertThatThrownBy(() -> authentication.of(token(both), ADDRESS)).isInstanceOf(LoginRefusedException.class);
    }

    @Test
    void refusesNamesThatAreTooLongForAny() {
        assertThatThrownBy(() -> authentication.logIn("l".repeat(1 << 20), PASSWORD, ADDRESS))
                .isInstanceOf(LoginRefusedException.class).hasMessageStartingWith("MEDTUNE000919: ");
    }

    @Test
    void checksFewOfManyGuessesAtOnce() throws Exception {
        // given
        ExecutorService threads = Executors.newFixedThreadPool(12);
        try {
            List<Callable<String>> guesses = IntStream.range(0, 12).<Callable<String>>mapToObj(i -> () -> {
                try {
                    return authentication.of(new AuthorizationHeader("li", "guess number " + i), ADDRESS).name();
                } catch (LoginRefusedException e) {
                    return e.getMessage().substring(0, "MEDTUNE000919".length());
                }
            }).toList();

            // when
            List<String> answers = threads.invokeAll(guesses).stream().map(future -> {
                try {
                    return future.get();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }).toList();

            // then
            assertThat(answers).filteredOn("MEDTUNE000919"::equals).hasSize(5);
            assertThat(answers).filteredOn("MEDTUNE000921"::equals).hasSize(7);
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void forgetsARememberedPasswordThatWasChanged() throws Exception {
        // given
        assertThat(authentication.of(new AuthorizationHeader("li", PASSWORD), ADDRESS).name()).isEqualTo("li");

        // when
        accounts.setPassword("li", "another long password");

        // then
        assertThatThrownBy(() -> authentication.of(new AuthorizationHeader("li", PASSWORD), ADDRESS))
                .isInstanceOf(LoginRefusedException.class);
    }

    /** Of the processor, since whatever else this machine does makes either check take longer. */
    private long time(String name) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long begin = threads.getCurrentThreadCpuTime();
        assertThatThrownBy(() -> authentication.logIn(name, "a wrong password", "10.0.0." + begin))
                .isInstanceOf(LoginRefusedException.class);
        return threads.getCurrentThreadCpuTime() - begin;
    }

    private static AuthorizationHeader token(String secret) {
        return new AuthorizationHeader("", secret);
    }
}
