package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Pages and resources under load beside a run: 200 requests a second, each at its time whether or not those before were
 * answered. {@code -Dmedtune.it.load.seconds=120} makes it as long as docs/security.md tells;
 * {@code -Dmedtune.it.java.options=-server} has the server compile as ever, and not in the way that is quick to start.
 */
@ExtendWith(SharedServer.class)
class LoadIT {

    private static final int SECONDS = Integer.getInteger("medtune.it.load.seconds", 10);
    private static final int PER_SECOND = 200;
    /** In which most of what answers is compiled. */
    private static final int COLD_SECONDS = 10;
    private static final List<String> PATHS = List.of("api/jobs?limit=20", "runs.xhtml", "v1/models", "chat.xhtml",
            "api/account", "jakarta.faces.resource/medtune.css.xhtml?ln=css", "api/chat/conversations", "health/live",
            "api/chat/status", "audit.xhtml");

    /** An answer's status, and how long it took from the time when the request was due. */
    private record Seen(String path, int status, long nanoseconds) {}

    @Test
    void answersPagesAndResourcesBesideARun(WildFlyServer server) throws Exception {
        // given: a run that trains, and somebody who is logged in
        RestClient rest = server.rest();
        long execution = rest.postJson("api/jobs", "{\"max.steps\": 2000}").json().path("executionId").asLong();
        await().atMost(Duration.ofMinutes(2)).until(() -> rest.get("api/jobs/" + execution).json()
                .path("progress").path("step").path("step").asInt() > 0);
        URI base = URI.create(server.address());
        WebClient browser = new WebClient(server);
        Login login = Login.make(base, "administrator");
        browser.logIn(login, "");
        String cookie = browser.session();
        PATHS.forEach(path -> assertThat(browser.get(path).statusCode()).as(path).isEqualTo(200));

        // when
        HttpClient client = HttpClient.newHttpClient();
        List<CompletableFuture<Seen>> all = new ArrayList<>();
        long begin = System.nanoTime();
        for (int i = 0; i < SECONDS * PER_SECOND; i++) {
            long due = begin + i * TimeUnit.SECONDS.toNanos(1) / PER_SECOND;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            String path = PATHS.get(i % PATHS.size());
            HttpRequest request = HttpRequest.newBuilder(base.resolve(path)).header("Cookie", cookie)
                    .timeout(Duration.ofSeconds(60)).build();
            all.add(client.sendAsync(request, BodyHandlers.discarding()).thenApply(HttpResponse::statusCode)
                    .exceptionally(failure -> 0)
                    .thenApply(status -> new Seen(path, status, System.nanoTime() - due)));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(2, TimeUnit.MINUTES);

        // then
        List<Seen> seen = all.stream().map(CompletableFuture::join).toList();
        boolean training = !rest.get("api/jobs/" + execution).json().has("ended");
        rest.postJson("api/jobs/" + execution + "/stop", "{}");
        tell("after the first seconds", seen.subList(Math.min(COLD_SECONDS, SECONDS) * PER_SECOND, seen.size()));
        tell("of a server that may just have booted", seen.subList(0, Math.min(COLD_SECONDS, SECONDS) * PER_SECOND));
        assertThat(training).as("the run went on all the time").isTrue();
        assertThat(seen).filteredOn(one -> one.status != 200).isEmpty();
        rest.awaitEnd(execution, Duration.ofMinutes(2));
    }

    private static void tell(String when, List<Seen> seen) {
        System.out.printf("%d requests beside a run, %s: %s%n", seen.size(), when, figures(seen));
        for (String path : PATHS) {
            System.out.printf("  %-55s %s%n", path, figures(seen.stream().filter(one -> one.path.equals(path)).toList()));
        }
    }

    private static String figures(List<Seen> seen) {
        long[] times = seen.stream().mapToLong(Seen::nanoseconds).sorted().toArray();
        return "p50 %.1f ms, p95 %.1f ms, p99 %.1f ms, longest %.1f ms"
                .formatted(at(times, 0.5), at(times, 0.95), at(times, 0.99), at(times, 1));
    }

    private static double at(long[] sorted, double share) {
        return sorted.length == 0 ? Double.NaN
                : sorted[Math.min(sorted.length - 1, (int) Math.floor(share * sorted.length))] / 1e6;
    }
}
