package org.medtune.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;
import org.medtune.NotFoundException;
import org.medtune.RecoverableException;

class AccessTokensTest {

    private static final Instant NOW = Instant.parse("2026-11-28T08:00:00Z");

    @TempDir
    private Path folder;

    @Test
    void keepsTokensWithoutTheirSecrets() throws IOException {
        // when
        AccessTokens.Made made = tokens(NOW).make("li", " script ", Set.of(Role.CLINICIAN), false, 0);

        // then
        assertThat(made.secret()).matches("medtune_[A-Za-z0-9_-]{43}");
        assertThat(Files.readString(file())).doesNotContain(made.secret()).contains("\"label\":\"script\"");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file()))).isEqualTo("rw-------");
        assertThat(tokens(NOW).find(made.secret())).contains(made.token());
        assertThat(tokens(NOW).of("li")).containsExactly(made.token());
        assertThat(tokens(NOW).of("wang")).isEmpty();
    }

    @Test
    void makesEachTokenAnother() {
        AccessTokens tokens = tokens(NOW);

        assertThat(tokens.make("li", "a", Set.of(Role.CLINICIAN), false, 0).secret())
                .isNotEqualTo(tokens.make("li", "a", Set.of(Role.CLINICIAN), false, 0).secret());
    }

    @Test
    void letsTokensExpire() {
        String secret = tokens(NOW).make("li", "script", Set.of(Role.CLINICIAN), false, 30).secret();

        assertThat(tokens(NOW.plus(Duration.ofDays(29))).find(secret)).isPresent();
        assertThat(tokens(NOW.plus(Duration.ofDays(30))).find(secret)).isEmpty();
    }

    @Test
    void revokesOnesOwnTokensOnly() {
        // given
        AccessTokens tokens = tokens(NOW);
        AccessTokens.Made first = tokens.make("li", "first", Set.of(Role.CLINICIAN), false, 0);
        AccessTokens.Made second = tokens.make("li", "second", Set.of(Role.CLINICIAN), false, 0);

        // when / then
        assertThatThrownBy(() -> tokens.revoke("wang", first.token().id())).isInstanceOf(NotFoundException.class);
        tokens.revoke("li", first.token().id());
        assertThat(tokens.find(first.secret())).isEmpty();
        assertThat(tokens(NOW).find(first.secret())).isEmpty();
        assertThat(tokens.find(second.secret())).isPresent();
        tokens.revokeAll("li");
        assertThat(tokens(NOW).find(second.secret())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "medtune_", "../tokens.json", "medtune_../../../../../../../../../../etc/passwd.......",
        "medtune_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    void knowsNoOthers(String secret) {
        tokens(NOW).make("li", "script", Set.of(Role.CLINICIAN), false, 0);

        assertThat(tokens(NOW).find(secret)).isEmpty();
    }

    @Test
    void refusesWhatIsOutOfRange() {
        AccessTokens tokens = tokens(NOW);

        assertThatThrownBy(() -> tokens.make("li", " ", Set.of(), false, 0)).isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000906: ");
        assertThatThrownBy(() -> tokens.make("li", "x".repeat(81), Set.of(), false, 0))
                .isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> tokens.make("li", "a", Set.of(), false, -1)).isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000907: ");
        for (int i = 0; i < 50; i++) {
            tokens.make("li", "a", Set.of(), false, 0);
        }
        assertThatThrownBy(() -> tokens.make("li", "a", Set.of(), false, 0)).isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000908: ");
        assertThat(tokens.make("wang", "a", Set.of(), false, 0).token().user()).isEqualTo("wang");
    }

    @Test
    void losesNoTokenThatServersMakeAtTheSameTime() throws Exception {
        // given: two servers that share the file
        List<AccessTokens> servers = List.of(tokens(NOW), tokens(NOW));
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            // when
            for (Future<Void> server : threads.invokeAll(servers.stream().map(tokens -> (Callable<Void>) () -> {
                for (int i = 0; i < 20; i++) {
                    tokens.make("li", "script", Set.of(Role.CLINICIAN), false, 0);
                }
                return null;
            }).toList())) {
                server.get();
            }
        } finally {
            threads.shutdown();
        }

        // then
        assertThat(tokens(NOW).of("li")).hasSize(40);
    }

    @Test
    void seesAtOnceWhatAnotherServerRevokes() throws IOException {
        // given: a file system whose clock ticks slowly
        AccessTokens one = tokens(NOW);
        AccessTokens.Made made = one.make("li", "script", Set.of(Role.CLINICIAN), false, 0);
        FileTime tick = Files.getLastModifiedTime(file());
        assertThat(one.find(made.secret())).isPresent();

        // when
        tokens(NOW).revoke("li", made.token().id());
        Files.setLastModifiedTime(file(), tick);

        // then
        assertThat(one.find(made.secret())).isEmpty();
    }

    @Test
    void doesNotStartWithADamagedFile() throws IOException {
        Files.writeString(file(), "[{");

        assertThatThrownBy(() -> tokens(NOW)).isInstanceOf(RecoverableException.class)
                .hasMessageStartingWith("MEDTUNE000905: ");
    }

    private AccessTokens tokens(Instant now) {
        return new AccessTokens(file(), Clock.fixed(now, ZoneOffset.UTC));
    }

    private Path file() {
        return folder.resolve("tokens.json");
    }
}
