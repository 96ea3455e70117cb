package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.RecoverableException;
import org.medtune.training.AtomicFolder;

/** What must hold of leases and recovery in any database. */
abstract class RecoveryContract {

    private static final RecoverySettings SETTINGS =
            new RecoverySettings(Duration.ofSeconds(30), Duration.ofSeconds(5), false);
    private static final UUID HERE = UUID.randomUUID();
    private static final UUID ELSEWHERE = UUID.randomUUID();

    @TempDir
    private Path folder;

    private final List<String> marked = new ArrayList<>();
    private final AtomicLong clock = new AtomicLong(5);
    private JobRepositoryDatabase repository;
    private MedtuneHome home;

    abstract JobRepositoryDatabase emptyRepository();

    @BeforeEach
    void prepare() {
        repository = emptyRepository();
        home = new MedtuneHome(folder.resolve("var"), folder, folder);
    }

    private ExecutionLeases server(UUID place, String name) {
        ExecutionLeases server = new ExecutionLeases(repository.source(), place, name, SETTINGS.expiry(),
                JobRepositoryDatabase.APPLICATION, clock::get);
        server.open();
        return server;
    }

    private List<Recovery.Recovered> recover(ExecutionLeases leases) {
        return new Recovery(leases, home, SETTINGS, clock::get).recover(own(0, false));
    }

    private Recovery.OwnExecutions own(long execution, boolean ended) {
        return new Recovery.OwnExecutions() {

            @Override
            public boolean started(long executionId) {
                return executionId == execution;
            }

            @Override
            public boolean ended(long executionId) {
                return started(executionId) && ended;
            }

            @Override
            public void markStopped(long executionId, String exitStatus) {
                marked.add(executionId + " " + exitStatus);
            }
        };
    }

    private void stepsAndCheckpoint(RunKey run, int steps, int checkpoint) throws IOException {
        RunFolder runFolder = RunFolder.prepare(home, run, Map.of());
        for (int step = 1; step <= steps; step++) {
            runFolder.metrics().append(new StepMetrics(step, 60, 1, 1e-4, 1, 10, 10, 1, 1, false));
        }
        AtomicFolder.create(runFolder.checkpoints().resolve("checkpoint-" + checkpoint), 10,
                temporary -> Files.writeString(temporary.resolve("adapter_model.safetensors"), "values"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"STARTING", "STARTED", "STOPPING"})
    void anEarlierLifeOfThisServerHasNoRunningExecutions(String status) throws IOException {
        // given
        RunKey run = repository.running(1, 11, "fine-tune", status, "train");
        server(HERE, "one").claim(11);
        stepsAndCheckpoint(run, 37, 30);

        // when
        List<Recovery.Recovered> recovered = recover(server(HERE, "one"));

        // then
        assertThat(recovered).containsExactly(new Recovery.Recovered(11, "fine-tune", 1));
        assertThat(repository.outcome(11))
                .isEqualTo("STOPPED (interrupted: server ended at step 37, checkpoint 30 is intact) ended");
        assertThat(repository.stepStatus(11)).isEqualTo("STOPPED");
    }

    @Test
    void anotherApplicationsExecutionsAreNotOurs() {
        // given: two that nobody has a lease of, of a job of the same name
        repository.running(1, 11, "fine-tune", "STARTED", "train");
        repository.running(2, 12, "fine-tune", "STARTED", "train");
        repository.execute("UPDATE JOB_INSTANCE SET APPLICATIONNAME = 'other.war' WHERE JOBINSTANCEID = 2");
        ExecutionLeases one = server(HERE, "one");
        Recovery recovery = new Recovery(one, home, SETTINGS, clock::get);
        recovery.recover(own(0, false));

        // when
        clock.addAndGet(SETTINGS.expiry().plusSeconds(1).toNanos());
        List<Recovery.Recovered> recovered = recovery.recover(own(0, false));

        // then
        assertThat(recovered).containsExactly(new Recovery.Recovered(11, "fine-tune", 1));
        assertThat(repository.outcome(12)).isEqualTo("STARTED (null)");
    }

    @Test
    void anExecutionOfALivingServerIsLeftAlone() {
        // given
        repository.running(1, 11, "fine-tune", "STARTED", "train");
        server(ELSEWHERE, "other").claim(11);
        repository.silence("other", 20);

        // when
        List<Recovery.Recovered> recovered = recover(server(HERE, "one"));

        // then
        assertThat(recovered).isEmpty();
        assertThat(repository.outcome(11)).isEqualTo("STARTED (null)");
    }

    @Test
    void aServerOfAnotherPlaceIsDeadWhenItHasBeenSilentForLonger() {
        // given
        repository.running(1, 11, "merge-adapter", "STARTED", "merge");
        server(ELSEWHERE, "other").claim(11);
        repository.silence("other", 31);

        // when
        List<Recovery.Recovered> recovered = recover(server(HERE, "one"));

        // then
        assertThat(recovered).hasSize(1);
        assertThat(repository.outcome(11)).isEqualTo("STOPPED (interrupted: server ended in step merge) ended");
    }

    @Test
    void aServerThatSpeaksAgainAtTheLastMomentKeepsItsExecution() {
        // given: it was silent when it was looked at
        repository.running(1, 11, "fine-tune", "STARTED", "train");
        ExecutionLeases other = server(ELSEWHERE, "other");
        other.claim(11);
        repository.silence("other", 31);
        ExecutionLeases here = server(HERE, "one");
        ActiveExecution execution = here.active().get(0);
        assertThat(here.ownerIsDead(execution)).isTrue();

        // when
        other.beat();

        // then
        assertThat(here.end(execution, "interrupted: server ended")).isFalse();
        assertThat(repository.outcome(11)).isEqualTo("STARTED (null)");
        assertThatCode(() -> other.requireHeld(11)).doesNotThrowAnyException();
    }

    @Test
    void ofTwoServersOneRecovers() {
        // given
        repository.running(1, 11, "fine-tune", "STARTED", "train");
        server(ELSEWHERE, "other").claim(11);
        repository.silence("other", 31);
        ExecutionLeases one = server(HERE, "one");
        ExecutionLeases two = server(UUID.randomUUID(), "two");
        ActiveExecution seenByOne = one.active().get(0);
        ActiveExecution seenByTwo = two.active().get(0);

        // when
        boolean byOne = one.end(seenByOne, "interrupted: first");
        boolean byTwo = two.end(seenByTwo, "interrupted: second");

        // then
        assertThat(List.of(byOne, byTwo)).containsExactly(true, false);
        assertThat(repository.outcome(11)).isEqualTo("STOPPED (interrupted: first) ended");
    }

    @Test
    void anExecutionWithoutALeaseIsGivenTheTimeOfOne() {
        // given: its server died before it took the lease, or is about to take it
        repository.running(1, 11, "fine-tune", "STARTING", null);
        Recovery recovery = new Recovery(server(HERE, "one"), home, SETTINGS, clock::get);

        // when
        List<Recovery.Recovered> atFirst = recovery.recover(own(0, false));
        clock.addAndGet(Duration.ofSeconds(29).toNanos());
        List<Recovery.Recovered> soon = recovery.recover(own(0, false));
        clock.addAndGet(Duration.ofSeconds(2).toNanos());
        List<Recovery.Recovered> later = recovery.recover(own(0, false));

        // then
        assertThat(atFirst).isEmpty();
        assertThat(soon).isEmpty();
        assertThat(later).hasSize(1);
        assertThat(repository.outcome(11))
                .isEqualTo("STOPPED (interrupted: server ended before the first step) ended");
    }

    @Test
    void anExecutionWithoutALeaseIsADeadServersWhereNoOtherServerLives() {
        // given: its server died before it took the lease, and boots again; another server has fallen silent
        repository.running(1, 11, "fine-tune", "STARTING", null);
        server(ELSEWHERE, "two");
        repository.silence("two", 31);
        ExecutionLeases here = server(HERE, "one");

        // when
        List<Recovery.Recovered> recovered =
                new Recovery(here, home, SETTINGS, clock::get).recoverAtBoot(own(0, false));

        // then
        assertThat(recovered).hasSize(1);
        assertThat(repository.outcome(11))
                .isEqualTo("STOPPED (interrupted: server ended before the first step) ended");
    }

    @Test
    void anExecutionWithoutALeaseMayBeAnotherServersThatLives() {
        // given
        repository.running(1, 11, "fine-tune", "STARTING", null);
        server(ELSEWHERE, "two");
        ExecutionLeases here = server(HERE, "one");

        // when
        List<Recovery.Recovered> recovered =
                new Recovery(here, home, SETTINGS, clock::get).recoverAtBoot(own(0, false));

        // then
        assertThat(recovered).isEmpty();
    }

    @Test
    void whatThisProcessHasStartedIsClaimedIfNobodyHas() {
        // given: it waits for a thread, so that its listener has not been called
        repository.running(1, 11, "fine-tune", "STARTING", null);
        ExecutionLeases here = server(HERE, "one");

        // when
        List<Recovery.Recovered> recovered =
                new Recovery(here, home, SETTINGS, clock::get).recover(own(11, false));

        // then
        assertThat(recovered).isEmpty();
        assertThat(here.active()).singleElement().satisfies(execution ->
                assertThat(here.ownedHere(execution)).isTrue());
    }

    @Test
    void anExecutionIsClaimedByItsListenerAndByTheHeartbeatAtTheSameTime() throws Exception {
        ExecutionLeases here = server(HERE, "one");
        ExecutorService heartbeat = Executors.newSingleThreadExecutor();
        try {
            for (long execution = 100; execution < 150; execution++) {
                // given
                repository.running(execution, execution, "fine-tune", "STARTING", null);
                long claimed = execution;
                CyclicBarrier both = new CyclicBarrier(2);

                // when
                Future<?> beat = heartbeat.submit(() -> {
                    both.await();
                    here.claim(claimed);
                    here.beat();
                    return null;
                });
                both.await();
                here.claim(claimed);

                // then
                assertThatCode(beat::get).doesNotThrowAnyException();
                assertThatCode(() -> here.requireHeld(claimed)).doesNotThrowAnyException();
            }
        } finally {
            heartbeat.shutdown();
        }
    }

    @Test
    void whatHasEndedHereWithoutADatabaseToRecordItIsStopped() throws IOException {
        // given: the lease is this server's own, and it lives
        RunKey run = repository.running(1, 11, "fine-tune", "STARTED", "train");
        stepsAndCheckpoint(run, 12, 10);
        ExecutionLeases here = server(HERE, "one");
        here.claim(11);
        Recovery recovery = new Recovery(here, home, SETTINGS, clock::get);

        // when: its end may be about to be recorded
        List<Recovery.Recovered> atFirst = recovery.recover(own(11, true));
        clock.addAndGet(Duration.ofSeconds(31).toNanos());
        List<Recovery.Recovered> later = recovery.recover(own(11, true));

        // then
        String exitStatus = "interrupted: its end could not be recorded, checkpoint 10 is intact";
        assertThat(atFirst).isEmpty();
        assertThat(later).hasSize(1);
        assertThat(repository.outcome(11)).isEqualTo("STOPPED (" + exitStatus + ") ended");
        assertThat(marked).containsExactly("11 " + exitStatus);
    }

    @ParameterizedTest
    @CsvSource({
        "format, 'server ended in step format, there is no checkpoint yet'",
        "train, 'server ended in step train, there is no checkpoint yet'",
        "evaluate, 'server ended in step evaluate, there is no checkpoint yet'",
    })
    void theExitStatusSaysWhatIsLeft(String step, String expected) {
        // given
        RunKey run = repository.running(1, 11, "fine-tune", "STARTED", step);
        RunFolder.prepare(home, run, Map.of());
        server(HERE, "one").claim(11);

        // when
        recover(server(HERE, "one"));

        // then
        assertThat(repository.outcome(11))
                .isEqualTo("STOPPED (interrupted: " + expected + ") ended");
    }

    @Test
    void aDamagedCheckpointIsNotCalledIntact() throws IOException {
        // given
        RunKey run = repository.running(1, 11, "fine-tune", "STARTED", "evaluate");
        stepsAndCheckpoint(run, 60, 50);
        stepsAndCheckpoint(run, 0, 60);
        Files.writeString(RunFolder.find(home, run).orElseThrow().checkpoints()
                .resolve("checkpoint-60/adapter_model.safetensors"), "broken");
        server(HERE, "one").claim(11);

        // when
        recover(server(HERE, "one"));

        // then
        assertThat(repository.outcome(11))
                .isEqualTo("STOPPED (interrupted: server ended in step evaluate, checkpoint 50 is intact) ended");
    }

    @Test
    void interruptionsOfARunAreCounted() {
        // given
        repository.running(1, 11, "fine-tune", "STARTED", "train");
        repository.execute("UPDATE JOB_EXECUTION SET BATCHSTATUS = 'STOPPED', EXITSTATUS = 'interrupted: server ended'");
        repository.execution(1, 12, "STOPPED", "STOPPED");
        repository.execution(1, 13, "STARTED", null);
        server(HERE, "one").claim(13);

        // when
        List<Recovery.Recovered> recovered = recover(server(HERE, "one"));

        // then
        assertThat(recovered).containsExactly(new Recovery.Recovered(13, "fine-tune", 2));
    }

    @Test
    void aServerThatCannotSpeakGoesOnWithNothing() {
        // given
        repository.running(1, 11, "fine-tune", "STARTED", "train");
        ExecutionLeases here = server(HERE, "one");
        here.claim(11);
        clock.addAndGet(Duration.ofSeconds(29).toNanos());
        assertThatCode(() -> here.requireHeld(11)).doesNotThrowAnyException();

        // when
        clock.addAndGet(Duration.ofSeconds(2).toNanos());

        // then
        assertThatThrownBy(() -> here.requireHeld(11)).isInstanceOf(RecoverableException.class)
                .hasMessageStartingWith("MEDTUNE000602: Execution 11 does not go on here");
    }

    @Test
    void whatOthersHaveRecoveredIsNotHeldAnyMoreAlthoughTheServerSpeaksAgain() {
        // given
        repository.running(1, 11, "fine-tune", "STARTED", "train");
        ExecutionLeases here = server(HERE, "one");
        here.claim(11);
        repository.silence("one", 31);
        recover(server(ELSEWHERE, "other"));

        // when
        here.beat();

        // then
        assertThatThrownBy(() -> here.requireHeld(11)).hasMessageStartingWith("MEDTUNE000602");
    }

    @Test
    void leasesOfWhatHasEndedAreGivenBackAndSilentServersForgotten() {
        // given
        repository.running(1, 11, "fine-tune", "STARTED", "train");
        ExecutionLeases other = server(ELSEWHERE, "other");
        other.claim(11);
        ExecutionLeases here = server(HERE, "one");
        repository.silence("other", 100);
        here.forgetSilentServers(false);
        assertThat(repository.servers()).as("one that holds a lease stays").isEqualTo(2);

        // when
        repository.execute("UPDATE JOB_EXECUTION SET BATCHSTATUS = 'COMPLETED'");
        other.releaseEnded();
        here.forgetSilentServers(false);

        // then
        assertThat(repository.servers()).isEqualTo(1);
        here.forgetSilentServers(true);
        assertThat(repository.servers()).isZero();
    }
}
