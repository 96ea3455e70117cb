package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.medtune.InvalidInputException;
import org.medtune.RecoverableException;

@DisplayName("The purge")
class PurgeTest {

    private static final Instant NOW = Instant.parse("2026-11-28T08:00:00Z");
    private static final Set<String> JOBS = Set.of("fine-tune", "merge-adapter", "evaluate", "purge", "download");

    @TempDir
    private Path folder;

    private MedtuneHome home;
    private final Records records = new Records();

    @BeforeEach
    void makeHome() {
        home = new MedtuneHome(folder, folder, folder);
    }

    @Test
    @DisplayName("removes what is old, ended, of the statuses and not among the newest, and says why it keeps the rest")
    void selection() {
        // given
        records.add("fine-tune", 1, "COMPLETED", 40);
        records.add("fine-tune", 2, "FAILED", 39);
        records.add("fine-tune", 3, "STOPPED", 38);
        records.add("merge-adapter", 4, "COMPLETED", 37);
        records.add("fine-tune", 5, "COMPLETED", 29);
        records.add("fine-tune", 6, "STARTED", 35);
        records.add("fine-tune", 7, "COMPLETED", 34);
        records.add("purge", 8, "STARTED", 0);

        // when
        PurgeReport report = purge(Map.of("keep.newest", "1"));

        // then
        assertThat(report.runs()).extracting(PurgeReport.Run::instanceId).containsExactly(1L, 2L);
        assertThat(report.kept()).isEqualTo(Map.of("OTHER_STATUS", 1, "TOO_YOUNG", 1, "AT_WORK", 2,
                "AMONG_NEWEST", 2));
        assertThat(report.dryRun()).isTrue();
    }

    @Test
    @DisplayName("looks at the jobs that it was asked for, and counts the newest of each by themselves")
    void jobs() {
        // given
        for (int i = 1; i <= 4; i++) {
            records.add(i % 2 == 0 ? "fine-tune" : "merge-adapter", i, "STOPPED", 99);
        }

        // then
        Map<String, String> stopped = Map.of("statuses", "STOPPED", "keep.newest", "1");
        assertThat(purge(stopped).runs()).extracting(PurgeReport.Run::instanceId).containsExactly(1L, 2L);
        assertThat(purge(Map.of("statuses", "STOPPED , FAILED", "keep.newest", "0", "job.names", "merge-adapter"))
                .runs()).extracting(PurgeReport.Run::instanceId).containsExactly(1L, 3L);
    }

    @Test
    @DisplayName("changes nothing in a dry run, but says what would go, with its size")
    void dryRun() throws IOException {
        // given
        Path run = runFolder(records.add("fine-tune", 1, "COMPLETED", 40));

        // when
        PurgeReport report = purge(Map.of("keep.newest", "0"));

        // then
        long bytes = Files.size(run.resolve("run.json")) + 1000;
        assertThat(report.runs()).containsExactly(new PurgeReport.Run("fine-tune", 1, List.of(100L), "COMPLETED",
                NOW.minus(Duration.ofDays(40)).toString(), run.toString(), bytes));
        assertThat(report.bytes()).isEqualTo(bytes);
        assertThat(run).isDirectoryContaining("glob:**/run.json").isDirectoryNotContaining("glob:**/.purge");
        assertThat(records.byInstance).containsOnlyKeys(1L);
    }

    @Test
    @DisplayName("removes runs with their folders, and touches nothing else")
    void removal() throws IOException {
        // given
        Path old = runFolder(records.add("fine-tune", 1, "COMPLETED", 40));
        Path young = runFolder(records.add("fine-tune", 2, "COMPLETED", 1));
        records.add("purge", 3, "COMPLETED", 40);
        Files.createDirectories(folder.resolve("purges"));
        Path report = Files.createFile(folder.resolve("purges/purge-300.json"));
        Path adapter = Files.createDirectories(folder.resolve("adapters/of-run-1"));

        // when
        PurgeReport done = purge(Map.of("keep.newest", "0", "dry.run", "false"));

        // then
        assertThat(done.runs()).hasSize(2);
        assertThat(done.failed()).isEmpty();
        assertThat(records.byInstance).containsOnlyKeys(2L);
        assertThat(old).doesNotExist();
        assertThat(report).doesNotExist();
        assertThat(home.runs()).isDirectoryNotContaining("glob:**/.purged-*");
        assertThat(young).isDirectory();
        assertThat(adapter).isDirectory();
    }

    @Test
    @DisplayName("removes evaluations with their folders, of this job repository only")
    void evaluations() throws IOException {
        // given: the same number of an earlier repository
        RecordedRun old = records.add("evaluate", 1, "COMPLETED", 40);
        RecordedRun young = records.add("evaluate", 2, "COMPLETED", 1);
        Path removed = evaluationFolder(old.key());
        Path kept = evaluationFolder(young.key());
        Path earlier = evaluationFolder(new RunKey(1, NOW.minus(Duration.ofDays(400))));
        Path remains = Files.createDirectories(home.evaluations().resolve(".purged-evaluate-9-abc"));

        // when
        PurgeReport report = purge(Map.of("keep.newest", "0", "dry.run", "false"));

        // then
        assertThat(report.runs()).singleElement().satisfies(run -> {
            assertThat(run.folder()).isEqualTo(removed.toString());
            assertThat(run.bytes()).isEqualTo(100);
        });
        assertThat(report.orphans()).extracting(PurgeReport.Orphan::folder).containsExactly(earlier.toString());
        assertThat(removed).doesNotExist();
        assertThat(remains).doesNotExist();
        assertThat(kept).isDirectoryContaining("glob:**/results.jsonl");
        assertThat(earlier).isDirectoryContaining("glob:**/results.jsonl");

        // when, then: orphans on request
        age(earlier, 400);
        purge(Map.of("dry.run", "false", "remove.orphans", "true"));
        assertThat(earlier).doesNotExist();
        assertThat(kept).isDirectory();
    }

    @Test
    @DisplayName("keeps a run that somebody restarts meanwhile, whole and without a mark")
    void restartedMeanwhile() throws IOException {
        // given
        Path run = runFolder(records.add("fine-tune", 1, "FAILED", 40));
        records.beforeRemoval = any -> records.restarted.add(1L);

        // when
        PurgeReport report = purge(Map.of("keep.newest", "0", "dry.run", "false"));

        // then
        assertThat(report.runs()).isEmpty();
        assertThat(report.kept()).isEqualTo(Map.of("RESTARTED", 1));
        assertThat(run).isDirectoryContaining("glob:**/run.json").isDirectoryNotContaining("glob:**/.purge");
    }

    @Test
    @DisplayName("goes on with the next run where one cannot be removed, and says so")
    void failure() throws IOException {
        // given
        Path first = runFolder(records.add("fine-tune", 1, "FAILED", 40));
        Path second = runFolder(records.add("fine-tune", 2, "FAILED", 40));
        records.beforeRemoval = run -> {
            if (run.key().instanceId() == 1) {
                throw new RecoverableException("the database is away");
            }
        };

        // when
        PurgeReport report = purge(Map.of("keep.newest", "0", "dry.run", "false"));

        // then
        assertThat(report.failed()).containsExactly("MEDTUNE000632: Run 1 could not be removed whole (the database is "
                + "away); mend that and start the job again.");
        assertThat(report.runs()).extracting(PurgeReport.Run::instanceId).containsExactly(2L);
        assertThat(first).isDirectoryContaining("glob:**/run.json");
        assertThat(second).doesNotExist();
    }

    @Test
    @DisplayName("loses nothing of a run when it is killed before the repository forgets it")
    void killedBefore() throws IOException {
        // given
        Path run = runFolder(records.add("fine-tune", 1, "FAILED", 40));
        records.beforeRemoval = any -> {
            throw new Killed();
        };
        assertThatExceptionOfType(Killed.class)
                .isThrownBy(() -> purge(Map.of("keep.newest", "0", "dry.run", "false")));
        assertThat(run).isDirectoryContaining("glob:**/run.json");
        assertThat(records.byInstance).containsOnlyKeys(1L);
        records.beforeRemoval = any -> { };

        // when: the next one is not asked for it any more
        assertThat(purge(Map.of("keep.newest", "1", "dry.run", "false")).runs()).isEmpty();

        // then: nothing says that it is to go
        assertThat(run).isDirectoryContaining("glob:**/run.json").isDirectoryNotContaining("glob:**/.purge");
    }

    @Test
    @DisplayName("finishes what a killed one began, although nobody asks for orphans")
    void killedAfter() throws IOException {
        // given: one killed before it took the folder out of sight, and one while it deleted
        Path run = runFolder(records.add("fine-tune", 1, "FAILED", 40));
        records.afterRemoval = any -> {
            throw new Killed();
        };
        assertThatExceptionOfType(Killed.class)
                .isThrownBy(() -> purge(Map.of("keep.newest", "0", "dry.run", "false")));
        assertThat(records.byInstance).isEmpty();
        assertThat(run).isDirectory();
        Files.createDirectories(home.runs().resolve(".purged-fine-tune-9-abc/checkpoints"));

        // when
        records.afterRemoval = any -> { };
        PurgeReport dry = purge(Map.of());
        PurgeReport report = purge(Map.of("dry.run", "false"));

        // then
        assertThat(dry.orphans()).singleElement().matches(PurgeReport.Orphan::removed);
        assertThat(report.orphans()).singleElement().matches(PurgeReport.Orphan::removed);
        assertThat(home.runs()).isEmptyDirectory();
    }

    @Test
    @DisplayName("tells of folders that belong to no run, and removes the old ones only where it is asked to")
    void orphans() throws IOException {
        // given
        RecordedRun kept = records.add("fine-tune", 1, "COMPLETED", 1);
        Path own = runFolder(kept);
        Path old = runFolder(new RecordedRun("fine-tune", new RunKey(77, NOW), List.of(7700L), "FAILED", NOW));
        age(old, 40);
        Path young = Files.createDirectories(home.runs().resolve("fine-tune-1.earlier-1"));
        age(young, 5);

        // when, then
        assertThat(purge(Map.of("dry.run", "false")).orphans())
                .extracting(PurgeReport.Orphan::folder, PurgeReport.Orphan::removed)
                .containsExactly(tuple(young.toString(), false),
                        tuple(old.toString(), false));
        assertThat(old).isDirectory();

        // when, then
        assertThat(purge(Map.of("dry.run", "false", "remove.orphans", "true")).removedOrphans()).isEqualTo(1);
        assertThat(old).doesNotExist();
        assertThat(young).isDirectory();
        assertThat(own).isDirectory();
    }

    @Test
    @DisplayName("tells of logs of runs that the repository does not know, and removes old ones where it is asked to")
    void logsWithoutARun() throws IOException {
        // given: of a run, and of the same number of an earlier repository; jobs without a folder have logs too
        Path known = log(records.add("merge-adapter", 1, "COMPLETED", 1));
        age(known, 40);
        Path old = log(new RecordedRun("merge-adapter", new RunKey(1, NOW.minus(Duration.ofDays(400))), List.of(7L),
                "COMPLETED", NOW));
        age(old, 40);
        Path young = log(new RecordedRun("purge", new RunKey(8, NOW), List.of(8L), "COMPLETED", NOW));
        age(young, 5);
        long bytes = Files.size(old.resolve("0000000000000000000.log"));

        // when: nobody asks for them, and in a dry run
        PurgeReport kept = purge(Map.of("dry.run", "false"));
        PurgeReport dry = purge(Map.of("remove.orphans", "true"));

        // then
        assertThat(kept.orphans()).extracting(PurgeReport.Orphan::folder, PurgeReport.Orphan::removed)
                .containsExactly(tuple(old.toString(), false), tuple(young.toString(), false));
        assertThat(dry.orphans()).extracting(PurgeReport.Orphan::folder, PurgeReport.Orphan::removed)
                .containsExactly(tuple(old.toString(), true), tuple(young.toString(), false));
        assertThat(dry.bytes()).isEqualTo(bytes);
        assertThat(old).isDirectoryContaining("glob:**.log");

        // when
        PurgeReport done = purge(Map.of("dry.run", "false", "remove.orphans", "true"));

        // then
        assertThat(done.removedOrphans()).isEqualTo(1);
        assertThat(home.runLogs()).isDirectoryNotContaining("glob:**/.purged-*");
        assertThat(old).doesNotExist();
        assertThat(young).isDirectoryContaining("glob:**.log");
        assertThat(known).isDirectoryContaining("glob:**.log");
    }

    @Test
    @DisplayName("finishes the removal of a log too, and leaves no mark in the log of a run that stays")
    void killedWithALog() throws IOException {
        // given: one killed behind the repository's forgetting of the run, and one before it
        Path going = log(records.add("merge-adapter", 1, "COMPLETED", 41));
        Path staying = log(records.add("download", 2, "COMPLETED", 40));
        records.afterRemoval = any -> {
            throw new Killed();
        };
        assertThatExceptionOfType(Killed.class).isThrownBy(() ->
                purge(Map.of("keep.newest", "0", "dry.run", "false", "job.names", "merge-adapter")));
        assertThat(going).isDirectoryContaining("glob:**.log").isDirectoryContaining("glob:**/.purge");
        records.beforeRemoval = any -> {
            throw new Killed();
        };
        assertThatExceptionOfType(Killed.class).isThrownBy(() ->
                purge(Map.of("keep.newest", "0", "dry.run", "false", "job.names", "download")));
        assertThat(staying).isDirectoryContaining("glob:**.log").isDirectoryContaining("glob:**/.purge");
        assertThat(going).isDirectoryContaining("glob:**.log");

        // when: a purge that asks for neither
        purge(Map.of("dry.run", "false"));

        // then
        assertThat(staying).isDirectoryContaining("glob:**.log").isDirectoryNotContaining("glob:**/.purge");
        assertThat(going).doesNotExist();
    }

    @Test
    @DisplayName("removes no more runs once it is stopped")
    void stop() throws IOException {
        // given
        for (int i = 1; i <= 3; i++) {
            runFolder(records.add("fine-tune", i, "COMPLETED", 40));
        }
        PurgeRequest request = PurgeRequest.of(Map.of("keep.newest", "0", "dry.run", "false"), JOBS);

        // when: after the first
        PurgeReport report = new Purge(home, records, request, NOW).run(() -> records.byInstance.size() < 3);

        // then
        assertThat(report.runs()).extracting(PurgeReport.Run::instanceId).containsExactly(1L);
        assertThat(report.kept()).isEqualTo(Map.of("PURGE_STOPPED", 2));
        assertThat(records.byInstance).containsOnlyKeys(2L, 3L);
    }

    @Test
    @DisplayName("deletes a link in a run's folder, and not what it leads to")
    void links() throws IOException {
        // given
        Path run = runFolder(records.add("fine-tune", 1, "COMPLETED", 40));
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Files.createFile(elsewhere.resolve("kept"));
        Files.createSymbolicLink(run.resolve("link"), elsewhere);

        // when
        purge(Map.of("keep.newest", "0", "dry.run", "false"));

        // then
        assertThat(run).doesNotExist();
        assertThat(elsewhere.resolve("kept")).exists();
    }

    @Test
    @DisplayName("refuses parameters that cannot work, all at once")
    void parameters() {
        assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> PurgeRequest.of(
                Map.of("older.than.days", "-1", "keep.newest", "few", "statuses", "STARTED", "job.names", "tune",
                        "dry.run", "no", "keep.newst", "3"), JOBS))
                .withMessageContainingAll(
                        "There is no parameter keep.newst; did you mean keep.newest?",
                        "older.than.days is -1; it must be at least 0",
                        "keep.newest is 'few'; give a whole number",
                        "statuses is 'STARTED'; give some of COMPLETED, FAILED, STOPPED, ABANDONED",
                        "job.names is 'tune'; give all, or names of jobs such as fine-tune",
                        "dry.run is 'no'; give true or false");
    }

    private PurgeReport purge(Map<String, String> parameters) {
        return new Purge(home, records, PurgeRequest.of(parameters, JOBS), NOW).run(() -> false);
    }

    /** A run's folder with a checkpoint of 1000 bytes. */
    private Path runFolder(RecordedRun run) throws IOException {
        RunFolder made = RunFolder.prepare(home, run.key(), Map.of());
        Files.write(made.checkpoints().resolve("weights"), new byte[1000]);
        return made.path();
    }

    private Path log(RecordedRun run) throws IOException {
        RunLog made = RunLog.of(home, run.job(), run.key());
        made.append("a line");
        return made.folder();
    }

    private Path evaluationFolder(RunKey run) throws IOException {
        EvaluationFolder made = home.evaluation(run).create();
        Files.write(made.results(), new byte[100]);
        return made.path();
    }

    private static void age(Path tree, int days) throws IOException {
        try (var paths = Files.walk(tree)) {
            for (Path path : paths.sorted((one, other) -> other.compareTo(one)).toList()) {
                Files.setLastModifiedTime(path, FileTime.from(NOW.minus(Duration.ofDays(days))));
            }
        }
    }

    /** What a killed server does to a purge. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** A job repository in memory. */
    private static final class Records implements RunRecords {
        private final Map<Long, RecordedRun> byInstance = new LinkedHashMap<>();
        private final List<Long> restarted = new ArrayList<>();
        private Consumer<RecordedRun> beforeRemoval = run -> { };
        private Consumer<RecordedRun> afterRemoval = run -> { };

        RecordedRun add(String job, long instanceId, String status, int daysAgo) {
            Instant then = NOW.minus(Duration.ofDays(daysAgo));
            RecordedRun run = new RecordedRun(job, new RunKey(instanceId, then), List.of(100 * instanceId), status,
                    then);
            byInstance.put(instanceId, run);
            return run;
        }

        @Override
        public List<RecordedRun> all() {
            return List.copyOf(byInstance.values());
        }

        @Override
        public boolean remove(RecordedRun run) {
            beforeRemoval.accept(run);
            if (restarted.contains(run.key().instanceId())) {
                return false;
            }
            byInstance.remove(run.key().instanceId());
            afterRemoval.accept(run);
            return true;
        }
    }
}
