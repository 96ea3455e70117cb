package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.medtune.ConflictException;
import org.medtune.RecoverableException;
import org.medtune.tensor.ComputeDevice;
import org.medtune.testing.CapturedLog;

@DisplayName("The queue for devices")
class DeviceQueueTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final DeviceQueue queue = new DeviceQueue(Duration.ZERO);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void endThreads() throws InterruptedException {
        queue.close();
        threads.shutdownNow();
        assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    @DisplayName("lets the first run have its device at once, and the others one after the other, as they came")
    void firstComeFirstServed() throws Exception {
        // given
        assertThat(start(1, gpu(0)).get()).isTrue();
        Future<Boolean> second = startWaiting(2, gpu(0));
        Future<Boolean> third = startWaiting(3, gpu(0));

        // then
        assertThat(queue.find(1)).isEmpty();
        assertThat(queue.find(2)).contains(new DevicePlace(1, List.of("gpu0"), List.of(1L)));
        assertThat(queue.find(3)).contains(new DevicePlace(2, List.of("gpu0"), List.of(1L, 2L)));

        // when
        queue.leave(1);

        // then
        assertThat(second.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(queue.find(3)).contains(new DevicePlace(1, List.of("gpu0"), List.of(2L)));
        assertThat(third.isDone()).isFalse();

        // when
        queue.leave(2);

        // then
        assertThat(third.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(queue.find(3)).isEmpty();
    }

    @Test
    @DisplayName("lets runs on different devices go side by side")
    void otherDevice() throws Exception {
        assertThat(start(1, gpu(0)).get()).isTrue();
        assertThat(start(2, gpu(1)).get()).isTrue();
        assertThat(start(3, List.of(ComputeDevice.CPU)).get()).isTrue();
    }

    @Test
    @DisplayName("gives a run on several devices all of them together, and lets nobody overtake it")
    void severalDevices() throws Exception {
        // given: a run that wants both devices, while one is taken and the other is not
        assertThat(start(1, gpu(0)).get()).isTrue();
        Future<Boolean> both = startWaiting(2, gpu(0, 1));

        // when: another wants the free one
        Future<Boolean> later = startWaiting(3, gpu(1));
        Future<Boolean> aside = start(4, gpu(2));

        // then: it waits for those before it, and those who want neither do not
        assertThat(aside.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(queue.find(3)).contains(new DevicePlace(2, List.of("gpu1"), List.of(2L)));

        // when
        queue.leave(1);

        // then
        assertThat(both.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(later.isDone()).isFalse();
        queue.leave(2);
        assertThat(later.get(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    @DisplayName("lets a waiting run go at once when it is stopped, and those behind it move up")
    void stopOfWaiting() throws Exception {
        // given
        assertThat(start(1, gpu(0)).get()).isTrue();
        Future<Boolean> stopped = startWaiting(2, gpu(0));
        Future<Boolean> behind = startWaiting(3, gpu(0));

        // when
        queue.leave(2);

        // then
        assertThat(stopped.get(20, TimeUnit.SECONDS)).isFalse();
        assertThat(queue.find(2)).isEmpty();
        assertThat(queue.find(3).orElseThrow().position()).isEqualTo(1);

        // when
        queue.leave(1);
        assertThat(behind.get(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    @DisplayName("does not let a run wait that was stopped before it came to that")
    void stopBeforeWaiting() {
        queue.admit(1, new DeviceClaim(gpu(0), true));
        queue.leave(1);

        assertThat(queue.await(1)).isFalse();
        queue.leave(1);
    }

    @Test
    @DisplayName("lets those that wait for each other's device move on when the run between them is stopped")
    void stopBetween() throws Exception {
        // given
        assertThat(start(1, gpu(0)).get()).isTrue();
        Future<Boolean> both = startWaiting(2, gpu(0, 1));
        Future<Boolean> other = startWaiting(3, gpu(1));

        // when
        queue.leave(2);

        // then
        assertThat(both.get(20, TimeUnit.SECONDS)).isFalse();
        assertThat(other.get(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    @DisplayName("refuses a run that does not want to wait, whether the other has the device already or is about to")
    void refusal() throws Exception {
        // given
        DeviceClaim refuse = new DeviceClaim(gpu(0), false);
        queue.check(refuse);
        queue.admit(7, new DeviceClaim(gpu(0, 1), true));

        // then
        assertThatExceptionOfType(ConflictException.class).isThrownBy(() -> queue.check(refuse))
                .withMessageStartingWith("MEDTUNE000620: device stands for gpu0, which execution 7 uses");
        assertThatExceptionOfType(RecoverableException.class).isThrownBy(() -> queue.admit(8, refuse))
                .withMessageStartingWith("MEDTUNE000621: device stands for gpu0, which execution 7 uses");
        queue.check(new DeviceClaim(gpu(2), false));
        queue.check(new DeviceClaim(gpu(0), true));

        // when
        queue.leave(7);

        // then
        queue.admit(8, refuse);
        assertThat(queue.await(8)).isTrue();
    }

    @Test
    @DisplayName("refuses a run that does not want to wait where another came first in the meantime")
    void refusalLater() throws Exception {
        // given: one that was alone when it began
        queue.admit(1, new DeviceClaim(gpu(0), false));
        assertThat(start(2, gpu(0)).get()).isTrue();

        // when, then
        assertThatExceptionOfType(RecoverableException.class).isThrownBy(() -> queue.await(1))
                .withMessageStartingWith("MEDTUNE000621: device stands for gpu0, which execution 2 uses");
        assertThat(queue.find(1)).isEmpty();
    }

    @Test
    @DisplayName("lets in no more runs than leave threads for other jobs")
    void full() {
        // given
        DeviceClaim claim = new DeviceClaim(gpu(0), true);
        for (int i = 1; i <= DeviceQueue.MOST_RUNS; i++) {
            queue.check(claim);
            queue.admit(i, claim);
        }

        // then
        assertThatExceptionOfType(ConflictException.class).isThrownBy(() -> queue.check(claim))
                .withMessageStartingWith("MEDTUNE000622: 32 runs");
        assertThatExceptionOfType(RecoverableException.class).isThrownBy(() -> queue.admit(99, claim))
                .withMessageStartingWith("MEDTUNE000623: 32 runs");

        // when
        queue.leave(5);

        // then
        queue.admit(99, claim);
    }

    @Test
    @DisplayName("leaves the batch runtime the two threads that it wants for itself, and some for other jobs")
    void threads() throws IOException {
        // given
        Matcher threadsOfTheServer = Pattern.compile("max-threads, value=(\\d+)")
                .matcher(Files.readString(Path.of("server-config/scripts/batch.cli")));

        // then
        assertThat(threadsOfTheServer.find()).isTrue();
        assertThat(Integer.parseInt(threadsOfTheServer.group(1))).isGreaterThanOrEqualTo(DeviceQueue.MOST_RUNS + 2 + 4);
    }

    @Test
    @DisplayName("ends the waiting when the server ends")
    void close() throws Exception {
        // given
        assertThat(start(1, gpu(0)).get()).isTrue();
        Future<Boolean> waiting = startWaiting(2, gpu(0));

        // when
        queue.close();

        // then
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> waiting.get(20, TimeUnit.SECONDS))
                .withCauseInstanceOf(RecoverableException.class).withMessageContaining("MEDTUNE000626: Execution 2");
        assertThat(queue.find(2)).isEmpty();
    }

    @Test
    @DisplayName("lets those that compute end before the application does, but does not wait for ever")
    void closeWhileComputing() throws Exception {
        // given
        DeviceQueue patient = new DeviceQueue(PATIENCE);
        patient.admit(1, new DeviceClaim(gpu(0), true));
        assertThat(patient.await(1)).isTrue();

        // when
        Future<?> end = threads.submit(patient::close);
        assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> end.get(200, TimeUnit.MILLISECONDS));
        patient.leave(1);

        // then
        end.get(10, TimeUnit.SECONDS);

        // when: one does not end
        queue.admit(2, new DeviceClaim(gpu(0), true));
        try (CapturedLog log = new CapturedLog()) {
            queue.close();

            // then
            assertThat(log.lines()).singleElement().asString()
                    .startsWith("WARN MEDTUNE000638: The application ends although executions [2] have not, 0 s");
        }
    }

    @Test
    @DisplayName("never has two runs on one device, and gives everybody a turn, whatever they want")
    void manyThreads() {
        // given: runs on any set of three devices, of which some are stopped while they wait
        Random random = new Random(7);
        AtomicIntegerArray users = new AtomicIntegerArray(3);
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int round = 0; round < 40; round++) {
            List<CompletableFuture<Void>> together = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                long id = 100L * round + i;
                int[] wanted = random.ints(0, 3).limit(1 + random.nextInt(3)).distinct().toArray();
                boolean stopped = random.nextInt(4) == 0;
                queue.admit(id, new DeviceClaim(gpu(wanted), true));
                together.add(CompletableFuture.runAsync(() -> {
                    if (queue.await(id) && !stopped) {
                        use(wanted, users);
                    }
                    queue.leave(id);
                }, threads));
                if (stopped) {
                    together.add(CompletableFuture.runAsync(() -> queue.leave(id), threads));
                }
            }
            CompletableFuture<Void> ended = CompletableFuture.allOf(together.toArray(CompletableFuture[]::new));
            await("round " + round).atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(ended::isDone);
            all.add(ended);
        }

        // then
        assertThat(all).allSatisfy(ended -> assertThat(ended).isCompleted());
    }

    private static void use(int[] devices, AtomicIntegerArray users) {
        for (int device : devices) {
            assertThat(users.incrementAndGet(device)).isEqualTo(1);
        }
        Thread.yield();
        for (int device : devices) {
            users.decrementAndGet(device);
        }
    }

    private Future<Boolean> start(long executionId, List<ComputeDevice> devices) {
        queue.admit(executionId, new DeviceClaim(devices, true));
        return threads.submit(() -> queue.await(executionId));
    }

    private Future<Boolean> startWaiting(long executionId, List<ComputeDevice> devices) {
        Future<Boolean> run = start(executionId, devices);
        await("execution " + executionId + " to wait").atMost(PATIENCE).pollInterval(Duration.ofMillis(1))
                .until(() -> queue.find(executionId).isPresent());
        return run;
    }

    private static List<ComputeDevice> gpu(int... indices) {
        return IntStream.of(indices).mapToObj(index -> new ComputeDevice(true, index)).toList();
    }
}
