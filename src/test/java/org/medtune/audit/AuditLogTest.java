package org.medtune.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.RecoverableException;

class AuditLogTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-28T08:00:00Z"), ZoneOffset.UTC);
    private static final long SMALL = 1000;

    @TempDir
    private Path folder;

    @Test
    void writesALineThatAnyToolCanCheck() throws IOException, NoSuchAlgorithmException {
        // when
        record(1);

        // then: as docs/security.md tells, by sha256sum
        String line = lines().get(0);
        assertThat(line).startsWith("""
                {"sequence":1,"time":"2026-11-28T08:00:00Z","actor":"li","address":"10.0.0.7","action":"start",\
                "target":"execution 1","outcome":"done","details":{"lora.r":"16","说明":"引号\\""},\
                "previous":"0000000000000000000000000000000000000000000000000000000000000000","hash":\"""");
        String hash = line.substring(line.length() - 66, line.length() - 2);
        String rest = line.substring(0, line.length() - 66 - ",\"hash\":\"".length()) + "}";
        assertThat(hash).isEqualTo(HexFormat.of().formatHex(
                MessageDigest.getInstance("SHA-256").digest(rest.getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void goesOnWhereItEnded() throws IOException {
        // given
        record(3);

        // when
        record(2);

        // then
        AuditCheck check = AuditCheck.of(folder);
        assertThat(check.failure()).isEmpty();
        assertThat(check.lines()).isEqualTo(5);
        assertThat(check.sequence()).isEqualTo(5);
    }

    @Test
    void keepsTheChainThroughFullFiles() throws IOException {
        // when: some files' worth, with the log opened anew in between
        record(10, SMALL);
        record(10, SMALL);

        // then
        List<Path> files = new AuditFiles(folder).all();
        assertThat(files).hasSizeGreaterThan(4);
        for (Path file : files.subList(0, files.size() - 1)) {
            List<String> lines = Files.readAllLines(file);
            assertThat(file).isEqualTo(new AuditFiles(folder).full(HashedLine.read(lines.get(0)).orElseThrow().sequence(),
                    HashedLine.read(lines.get(lines.size() - 1)).orElseThrow().sequence()));
        }
        AuditCheck check = AuditCheck.of(folder);
        assertThat(check.failure()).isEmpty();
        assertThat(check.lines()).isEqualTo(20);
        try (AuditLog log = AuditLog.open(folder, CLOCK, SMALL)) {
            assertThat(log.latest(entry -> true, 0, 50)).extracting(AuditEntry::sequence)
                    .startsWith(20L, 19L).endsWith(2L, 1L).hasSize(20);
            assertThat(log.latest(entry -> entry.sequence() % 2 == 0, 3, 2)).extracting(AuditEntry::sequence)
                    .containsExactly(14L, 12L);
        }
    }

    @Test
    void goesOnBehindAFileThatWasFullWhenTheServerDied() throws IOException {
        // given: renamed, and the next file not begun
        record(10);
        Files.move(folder.resolve("audit.jsonl"), new AuditFiles(folder).full(1, 10));

        // when
        record(1);

        // then
        assertThat(AuditCheck.of(folder).failure()).isEmpty();
        assertThat(AuditCheck.of(folder).sequence()).isEqualTo(11);
    }

    @Test
    void cutsOffHalfALineOfAKilledServer() throws IOException {
        // given
        record(2);
        Files.writeString(folder.resolve("audit.jsonl"), "{\"sequence\":3,\"ti", StandardOpenOption.APPEND);

        // when
        record(1);

        // then
        assertThat(AuditCheck.of(folder).failure()).isEmpty();
        assertThat(lines()).hasSize(3);
    }

    @Test
    void findsAChangedLine() throws IOException {
        record(5);
        List<String> lines = lines();
        lines.set(2, lines.get(2).replace("\"actor\":\"li\"", "\"actor\":\"he\""));
        Files.write(folder.resolve("audit.jsonl"), lines);

        assertThat(AuditCheck.of(folder).failure())
                .isEqualTo("audit.jsonl, line 3: the line was changed; its hash is another");
    }

    @Test
    void findsAMissingLine() throws IOException {
        record(5);
        List<String> lines = lines();
        lines.remove(2);
        Files.write(folder.resolve("audit.jsonl"), lines);

        assertThat(AuditCheck.of(folder).failure()).isEqualTo("audit.jsonl, line 3: number 4 follows 2");
    }

    @Test
    void findsALineThatWasChangedWithItsHash() throws IOException {
        // given
        record(5);
        List<String> lines = lines();
        String line = lines.get(2).replace("\"actor\":\"li\"", "\"actor\":\"he\"");
        lines.set(2, HashedLine.seal(line.substring(0, line.lastIndexOf(",\"hash\"")) + "}").text());
        Files.write(folder.resolve("audit.jsonl"), lines);

        // when / then
        assertThat(AuditCheck.of(folder).failure())
                .isEqualTo("audit.jsonl, line 4: it does not follow the line before");
    }

    @Test
    void findsAnEndThatWasCutOffByAHashNotedBefore() throws IOException {
        // given
        record(5);
        String head = AuditCheck.of(folder).head();
        Files.write(folder.resolve("audit.jsonl"), lines().subList(0, 3));

        // when / then: the rest is in order
        assertThat(AuditCheck.of(folder).intact()).isTrue();
        assertThat(AuditCheck.contains(folder, head).intact()).isFalse();
        assertThat(AuditCheck.contains(folder, AuditCheck.of(folder).head()).intact()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not JSON", "{\"sequence\":6}", "{}"})
    void findsALineThatIsNone(String line) throws IOException {
        record(5);
        Files.writeString(folder.resolve("audit.jsonl"), line + "\n", StandardOpenOption.APPEND);

        assertThat(AuditCheck.of(folder).failure()).isEqualTo("audit.jsonl, line 6: no line of an audit log");
    }

    @Test
    void isNotOpenedBehindAnEndThatItDoesNotUnderstand() throws IOException {
        Files.writeString(folder.resolve("audit.jsonl"), "not JSON\n");

        assertThatThrownBy(() -> AuditLog.open(folder)).isInstanceOf(RecoverableException.class)
                .hasMessageStartingWith("MEDTUNE000902: ").hasMessageContaining("its last line is no line");
    }

    @Test
    void isForItsOwnerOnly() throws IOException {
        record(1);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("audit.jsonl"))))
                .isEqualTo("rw-------");
    }

    @Test
    void takesEventsOfManyThreads() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (AuditLog log = AuditLog.open(folder, CLOCK, SMALL)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                int number = i;
                all.add(threads.submit(() -> log.record(event(number))));
            }
            for (Future<?> one : all) {
                one.get(1, TimeUnit.MINUTES);
            }
        } finally {
            threads.shutdown();
        }

        assertThat(AuditCheck.of(folder).failure()).isEmpty();
        assertThat(AuditCheck.of(folder).lines()).isEqualTo(40);
    }

    @ParameterizedTest
    @ValueSource(strings = {"one\u2028two", "one\u0085two", "one\u2029two", "one\ntwo", "one\r\ntwo"})
    void takesTextsWithEveryKindOfLineEnd(String text) throws IOException {
        // when
        try (AuditLog log = AuditLog.open(folder, CLOCK, SMALL)) {
            log.record(new AuditEvent("li", "", "question", "base", "done", Map.of("question", text)));

            // then
            assertThat(log.latest(entry -> true, 0, 1).get(0).details()).containsEntry("question", text);
        }
        record(1);
        assertThat(AuditCheck.of(folder).failure()).isEmpty();
        assertThat(AuditCheck.of(folder).lines()).isEqualTo(2);
    }

    @Test
    void takesEventsOfAThreadThatIsInterrupted() throws IOException {
        try (AuditLog log = AuditLog.open(folder, CLOCK, SMALL)) {
            // when: as a job's thread is when the server stops
            Thread.currentThread().interrupt();
            log.record(event(1));

            // then
            assertThat(Thread.interrupted()).isTrue();
            log.record(event(2));
        }
        assertThat(AuditCheck.of(folder).failure()).isEmpty();
        assertThat(AuditCheck.of(folder).lines()).isEqualTo(2);
    }

    @Test
    void goesOnAfterAFullFileCouldNotBeRenamed() throws IOException {
        try (AuditLog log = AuditLog.open(folder, CLOCK, SMALL)) {
            // given: a file that is full, and a folder where it should go
            log.record(event(1));
            log.record(event(2));
            log.record(event(3));
            Path obstacle = Files.createDirectories(new AuditFiles(folder).full(1, 3).resolve("obstacle"));

            // when
            assertThatThrownBy(() -> log.record(event(4))).isInstanceOf(RecoverableException.class)
                    .hasMessageStartingWith("MEDTUNE000902: ");

            // then: nothing is lost, and once that is mended it goes on
            assertThat(lines()).hasSize(3);
            Files.delete(obstacle);
            Files.delete(obstacle.getParent());
            log.record(event(4));
        }
        assertThat(new AuditFiles(folder).all()).hasSize(2);
        assertThat(AuditCheck.of(folder).failure()).isEmpty();
        assertThat(AuditCheck.of(folder).sequence()).isEqualTo(4);
    }

    @Test
    void overwritesWhatAFailedWriteHasLeft() throws IOException {
        try (AuditLog log = AuditLog.open(folder, CLOCK, AuditLog.FULL)) {
            // given
            log.record(event(1));
            Files.writeString(folder.resolve("audit.jsonl"), "{\"sequence\":2,\"time" + "x".repeat(5000),
                    StandardOpenOption.APPEND);

            // when
            log.record(event(2));
        }

        // then
        assertThat(AuditCheck.of(folder).failure()).isEmpty();
        assertThat(AuditCheck.of(folder).sequence()).isEqualTo(2);
    }

    @Test
    void isWrittenByOneProcess() {
        try (AuditLog log = AuditLog.open(folder, CLOCK, SMALL)) {
            log.record(event(1));

            // when / then: a second server would write into the first one's lines
            assertThatThrownBy(() -> AuditLog.open(folder, CLOCK, SMALL)).isInstanceOf(RecoverableException.class)
                    .hasMessageStartingWith("MEDTUNE000902: ").hasMessageContaining("MEDTUNE_SERVER_NAME");
        }

        // and: whoever ends gives it back
        record(1);
    }

    @Test
    void namesItsFilesInEveryLanguageAlike() throws IOException {
        // given: a language with digits of its own
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            record(10, SMALL);
            record(1, SMALL);
        } finally {
            Locale.setDefault(before);
        }

        // then
        assertThat(AuditCheck.of(folder).failure()).isEmpty();
        assertThat(AuditCheck.of(folder).sequence()).isEqualTo(11);
    }

    @Test
    void isCheckedAndReadWhileItIsWritten() throws Exception {
        ExecutorService writer = Executors.newSingleThreadExecutor();
        try (AuditLog log = AuditLog.open(folder, CLOCK, SMALL)) {
            Future<?> writing = writer.submit(() -> {
                for (int i = 0; i < 200; i++) {
                    log.record(event(i));
                }
            });

            // when / then: neither half a line nor a file that is being renamed is taken for a damage
            long seen = 0;
            while (!writing.isDone()) {
                AuditCheck check = log.check();
                assertThat(check.failure()).isEmpty();
                assertThat(check.sequence()).isGreaterThanOrEqualTo(seen);
                seen = check.sequence();
                List<AuditEntry> latest = log.latest(entry -> true, 0, 1000);
                assertThat(latest).hasSizeGreaterThanOrEqualTo((int) seen);
                for (int i = 0; i < latest.size(); i++) {
                    assertThat(latest.get(i).sequence()).isEqualTo(latest.size() - i);
                }
            }
            writing.get(1, TimeUnit.MINUTES);
            assertThat(log.check().sequence()).isEqualTo(200);
        } finally {
            writer.shutdown();
        }
    }

    @Test
    void knowsItsOwnEnd() throws IOException {
        try (AuditLog log = AuditLog.open(folder, CLOCK, AuditLog.FULL)) {
            // given
            log.record(event(1));
            log.record(event(2));

            // when: somebody cuts off the end while the server runs
            Files.write(folder.resolve("audit.jsonl"), lines().subList(0, 1));

            // then
            assertThat(log.check().intact()).isFalse();
        }
    }

    @Test
    void showsWhatCanBeReadOfADamagedFile() throws IOException {
        // given: bytes that are no UTF-8
        record(2);
        Path full = new AuditFiles(folder).full(1, 2);
        Files.move(folder.resolve("audit.jsonl"), full);
        record(1);
        Files.write(full, new byte[] {'"', (byte) 0xe6, (byte) 0xff, '\n'}, StandardOpenOption.APPEND);

        // when / then
        try (AuditLog log = AuditLog.open(folder, CLOCK, SMALL)) {
            assertThat(log.latest(entry -> true, 0, 10)).extracting(AuditEntry::sequence).containsExactly(3L, 2L, 1L);
            assertThat(log.check().failure()).contains(full.getFileName().toString());
        }
    }

    @Test
    void isVerifiedByACommand() throws IOException {
        record(2);
        String head = AuditCheck.of(folder).head();

        assertThat(command(folder.toString())).isEqualTo(
                "0 2 lines are intact; the last is number 2 with the hash " + head + "\n");
        assertThat(command(folder.toString(), head)).startsWith("0 ");
        assertThat(command(folder.toString(), "f".repeat(64))).startsWith("1 ").contains("was shortened or replaced");
        assertThat(command()).startsWith("2 usage: ");
        Files.writeString(folder.resolve("audit.jsonl"), "x\n", StandardOpenOption.APPEND);
        assertThat(command(folder.toString())).startsWith("1 ").contains("The chain breaks in audit.jsonl, line 3");
    }

    private String command(String... arguments) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        int status = VerifyAudit.run(arguments, out, out);
        return status + " " + bytes.toString(StandardCharsets.UTF_8);
    }

    private void record(int count) {
        record(count, AuditLog.FULL);
    }

    private void record(int count, long full) {
        try (AuditLog log = AuditLog.open(folder, CLOCK, full)) {
            for (int i = 1; i <= count; i++) {
                log.record(event(i));
            }
        }
    }

    private static AuditEvent event(int number) {
        return new AuditEvent("li", "10.0.0.7", "start", "execution " + number, "done",
                Map.of("lora.r", "16", "说明", "引号\""));
    }

    private List<String> lines() throws IOException {
        return new ArrayList<>(Files.readAllLines(folder.resolve("audit.jsonl")));
    }
}
