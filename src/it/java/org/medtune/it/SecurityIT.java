package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.medtune.it.RestClient.Answer;

/** Logins, tokens, the audit log and monitoring on a server of its own, whose settings bound them tightly. */
class SecurityIT {

    private static final int PORT_OFFSET = Integer.getInteger("medtune.it.security.port.offset", 250);
    private static final int QUESTIONS = 5;

    private static WildFlyServer server;
    private static URI base;

    @BeforeAll
    static void start() {
        server = new WildFlyServer("security", PORT_OFFSET, Map.of(
                "MEDTUNE_QUESTIONS_PER_MINUTE", Integer.toString(QUESTIONS), "MEDTUNE_AUDIT_QUESTIONS", "true",
                "MEDTUNE_LOG_FORMAT", "json", "MEDTUNE_CHAT_PRELOAD", "true")).start();
        base = URI.create(server.address());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void tellsTheFirstPasswordWhereNobodyElseReadsIt() throws IOException {
        // given
        Path file = server.home().resolve("users/administrator-password.txt");
        String password = Login.administrator(base).password();

        // when
        String token = Login.administrator(base).token(base);

        // then
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");
        assertThat(password).hasSizeGreaterThan(20);
        try (Stream<Path> files = Stream.of("log", "audit", "users").flatMap(SecurityIT::walk)) {
            for (Path one : files.filter(path -> !path.equals(file)).toList()) {
                assertThat(Files.readString(one, StandardCharsets.ISO_8859_1)).as(one.toString())
                        .doesNotContain(password).doesNotContain(token);
            }
        }
        assertThat(ProcessHandle.allProcesses().map(process -> process.info().commandLine().orElse("")))
                .noneMatch(line -> line.contains(password) || line.contains(token));
    }

    @Test
    void logsInAndOut() {
        // given
        Login login = Login.make(base, "clinician");
        WebClient browser = new WebClient(server);
        HttpResponse<String> asked = browser.get("chat.xhtml?language=zh");
        assertThat(asked.headers().firstValue("Location").orElseThrow())
                .endsWith("/medtune/login.xhtml?to=%2Fmedtune%2Fchat.xhtml%3Flanguage%3Dzh");
        browser.get("login.xhtml");
        String before = browser.session();

        // when
        HttpResponse<String> answer = browser.logIn(login, "/medtune/chat.xhtml?language=zh");

        // then: under a new session, whose cookie scripts and other sites do not get
        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("Location").orElseThrow()).endsWith("/medtune/chat.xhtml?language=zh");
        assertThat(answer.headers().allValues("Set-Cookie")).anySatisfy(cookie ->
                assertThat(cookie).startsWith("JSESSIONID=").contains("HttpOnly", "SameSite=Lax"));
        assertThat(browser.session()).isNotEqualTo(before);
        assertThat(browser.get("chat.xhtml").statusCode()).isEqualTo(200);
        assertThat(browser.get("chat.xhtml").body()).doesNotContain("users.xhtml");

        // when
        browser.send(browser.request("logout").POST(BodyPublishers.noBody()));

        // then
        assertThat(browser.get("chat.xhtml").statusCode()).isEqualTo(302);
    }

    @Test
    void goesToNoOtherSiteAfterTheLogin() {
        Login login = Login.make(base, "operator");
        for (String to : List.of("https://evil.example/", "//evil.example/", "/other", "/medtune//evil.example",
                "/medtune/\\evil.example", "javascript:alert(1)", "/medtune/x\r\nX-Header: y")) {
            assertThat(new WebClient(server).logIn(login, to).headers().firstValue("Location").orElseThrow())
                    .as(to).endsWith("/medtune/runs.xhtml");
        }
    }

    @Test
    void letsThoseWaitWhoGuess() {
        // given
        Login login = Login.make(base, "operator");
        Login wrong = new Login(login.name(), "a wrong password");
        WebClient browser = new WebClient(server);

        // when
        for (int i = 0; i < 5; i++) {
            HttpResponse<String> answer = browser.logIn(wrong, "");
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.body()).contains("Name or password is wrong.").doesNotContain("a wrong password");
        }

        // then: even with the right one, and as a program
        HttpResponse<String> refused = browser.logIn(login, "");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(Integer.parseInt(refused.headers().firstValue("Retry-After").orElseThrow())).isBetween(1, 300);
        Answer program = server.rest(login).get("api/jobs");
        assertThat(program.status()).isEqualTo(429);
        assertThat(program.json().path("id").asText()).isEqualTo("MEDTUNE000921");
        assertThat(entries("action=login-failed&actor=" + login.name()).size()).isEqualTo(5);
    }

    @Test
    void endsWhatAUserHasWhenTheUserIsChanged() {
        // given
        Login login = Login.make(base, "operator");
        WebClient browser = new WebClient(server);
        browser.logIn(login, "");
        assertThat(browser.get("runs.xhtml").statusCode()).isEqualTo(200);
        assertThat(server.rest(login).get("api/jobs").status()).isEqualTo(200);

        // when
        Answer changed = server.rest().send("PUT", "api/users/" + login.name(), "application/json",
                "{\"roles\": [\"clinician\"]}");

        // then
        assertThat(changed.status()).as(changed.text()).isEqualTo(200);
        assertThat(browser.get("runs.xhtml").headers().firstValue("Location").orElseThrow()).contains("login.xhtml");
        assertThat(server.rest(login).get("api/jobs").status()).isEqualTo(403);

        // when
        Answer password = server.rest(login).send("PUT", "api/account/password", "application/json",
                "{\"present\": \"%s\", \"next\": \"another long password\"}".formatted(login.password()));

        // then
        assertThat(password.status()).as(password.text()).isEqualTo(204);
        assertThat(server.rest(login).get("api/account").status()).isEqualTo(401);
        Login next = new Login(login.name(), "another long password");
        assertThat(server.rest(next).get("api/account").status()).isEqualTo(200);

        // when
        assertThat(server.rest().send("DELETE", "api/users/" + login.name(), "application/json", "").status())
                .isEqualTo(204);

        // then
        assertThat(server.rest(next).get("api/account").status()).isEqualTo(401);
    }

    @Test
    void takesATokenUntilItIsRevokedAndForNoOther() throws IOException {
        // given
        Login login = Login.make(base, "operator");
        String token = login.token(base);
        String id = server.rest(login).get("api/account/tokens").json().get(0).path("id").asText();
        assertThat(RawRequest.get(server, "/medtune/api/jobs", "Bearer " + token)).startsWith("HTTP/1.1 200");
        assertThat(RawRequest.get(server, "/medtune/v1/models", "Bearer " + token)).startsWith("HTTP/1.1 403");
        WebClient program = new WebClient(server);
        HttpResponse<String> another = program.send(program.request("api/account/tokens")
                .header("Authorization", "Bearer " + token).header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"label\": \"another\"}")));
        assertThat(another.statusCode()).isEqualTo(409);
        assertThat(another.body()).contains("MEDTUNE000937");

        // when
        assertThat(server.rest(login).send("DELETE", "api/account/tokens/" + id, "application/json", "").status())
                .isEqualTo(204);

        // then
        assertThat(RawRequest.get(server, "/medtune/api/jobs", "Bearer " + token)).startsWith("HTTP/1.1 401");
        assertThat(entries("action=token-revoked&actor=" + login.name()).get(0).path("target").asText()).isEqualTo(id);
    }

    @Test
    void boundsTheQuestionsOfAUser() {
        // given: the bound counts questions, whatever comes of them
        Login login = Login.make(base, "clinician");
        RestClient rest = server.rest(login);
        for (int i = 0; i < QUESTIONS; i++) {
            assertThat(rest.postJson("v1/chat/completions", "{").status()).isEqualTo(400);
        }

        // when
        Answer openAi = rest.postJson("v1/chat/completions", "{");
        Answer page = rest.postJson("api/chat/conversations", "{");

        // then
        assertThat(openAi.status()).isEqualTo(429);
        assertThat(openAi.json().path("error").path("code").asText()).isEqualTo("rate_limit_exceeded");
        assertThat(page.status()).isEqualTo(429);
        assertThat(page.json().path("id").asText()).isEqualTo("MEDTUNE000922");
        assertThat(rest.get("v1/models").status()).isEqualTo(200);
        assertThat(server.rest(Login.make(base, "clinician")).postJson("v1/chat/completions", "{").status())
                .isEqualTo(400);
    }

    @Test
    void recordsWhoDidWhat() throws Exception {
        // given
        Login login = Login.make(base, "operator", "clinician");
        RestClient rest = server.rest(login);

        // when: a run that is stopped, and a question
        long execution = rest.postJson("api/jobs", "{\"max.steps\": 60, \"save.steps\": 1}").json()
                .path("executionId").asLong();
        rest.postJson("api/jobs/" + execution + "/stop", "{}");
        rest.awaitEnd(execution, Duration.ofMinutes(3));
        Answer asked = rest.postJson("v1/chat/completions", """
                {"model": "base", "max_tokens": 2, "messages": [{"role": "user", "content": "审计的问题"}]}""");
        assertThat(asked.status()).as(asked.text()).isEqualTo(200);

        // then
        JsonNode start = entries("action=start&actor=" + login.name()).get(0);
        assertThat(start.path("target").asText()).isEqualTo("execution " + execution);
        assertThat(start.path("details").path("max.steps").asText()).isEqualTo("60");
        assertThat(start.path("address").asText()).isEqualTo("127.0.0.1");
        assertThat(entries("action=stop&actor=" + login.name()).size()).isEqualTo(1);
        JsonNode end = entries("action=end").get(0);
        assertThat(end.path("target").asText()).isEqualTo("execution " + execution);
        assertThat(end.path("actor").asText()).isEqualTo("server");
        assertThat(end.path("outcome").asText()).isEqualTo("STOPPED");
        assertThat(entries("action=question&actor=" + login.name()).get(0).path("details").path("question").asText())
                .isEqualTo("审计的问题");
        assertThat(rest.get("api/chat/feedback/").status()).isEqualTo(200);
        assertThat(entries("action=export&actor=" + login.name()).get(0).path("target").asText())
                .isEqualTo("GET /api/chat/feedback");
        assertThat(entries("action=user-created&actor=admin").get(0).path("details").path("roles").asText())
                .isNotEmpty();

        // and: the chain holds, by the server and by the command
        JsonNode check = server.rest().get("api/audit/check").json();
        assertThat(check.path("failure").asText()).isEmpty();
        Process command = new ProcessBuilder(
                Path.of(System.getProperty("medtune.it.server")).resolve("bin/verify-audit.sh").toString(),
                server.home().resolve("audit").toString(), check.path("head").asText()).redirectErrorStream(true).start();
        String said = new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(command.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(command.exitValue()).as(said).isZero();
        assertThat(said).contains(" lines are intact; the last is number ");
    }

    @Test
    void recordsWhatTheConsoleDid() {
        // when: the console's operations, of a run that stops before its first step
        long first;
        long second;
        try (ManagementClient console = server.management()) {
            first = console.startJob(Map.of("max.steps", "59"));
            console.stopJob(first);
            console.awaitEnd(first, Duration.ofMinutes(3));
            second = console.restartJob(first);
            console.stopJob(second);
            console.awaitEnd(second, Duration.ofMinutes(3));
        }

        // then
        JsonNode all = entries("actor=console");
        assertThat(all).extracting(entry -> entry.path("action").asText() + " " + entry.path("target").asText())
                .containsExactly("stop execution " + second, "restart execution " + second,
                        "stop execution " + first, "start execution " + first);
        assertThat(all.get(3).path("details").path("max.steps").asText()).isEqualTo("59");
        assertThat(all.get(3).path("details").path("job").asText()).isEqualTo("fine-tune");
    }

    @Test
    void tellsItsHealthAndItsFigures() {
        // when
        RestClient nobody = server.rest((Login) null);
        await().atMost(Duration.ofMinutes(1)).until(() -> nobody.get("health/ready").status() == 200);

        // then
        assertThat(nobody.get("health/live").json().path("status").asText()).isEqualTo("UP");
        assertThat(nobody.get("health/ready").json().path("checks").path("model").asText()).isEqualTo("UP");
        assertThat(nobody.get("metrics").status()).isEqualTo(401);
        String metrics = server.rest().get("metrics").text();
        assertThat(metrics).contains("medtune_runs ", "medtune_runs_waiting 0.0", "medtune_trained_tokens_total ", "medtune_generated_tokens_total ",
                "medtune_chat_waiting 0.0", "medtune_chat_model_loaded 1.0", "jvm_memory_used_bytes{");
        assertThat(metrics.lines().filter(line -> line.startsWith("medtune_device_memory_free_bytes{device=\"cpu\"} "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ')))))
                .singleElement().satisfies(bytes -> assertThat(bytes).isGreaterThan(1e6));
    }

    @Test
    void logsJson() throws IOException {
        List<String> lines = Files.readAllLines(server.home().resolve("log/server.jsonl"));

        assertThat(lines).isNotEmpty();
        for (String line : lines) {
            JsonNode event = new ObjectMapper().readTree(line);
            assertThat(event.path("timestamp").asText()).isNotEmpty();
            assertThat(event.path("message").isTextual()).as(line).isTrue();
        }
        assertThat(lines).anyMatch(line -> line.contains("MEDTUNE000924"));
    }

    private static JsonNode entries(String query) {
        Answer answer = server.rest().get("api/audit?" + query);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.json().path("entries");
    }

    private static Stream<Path> walk(String folder) {
        try {
            return Files.walk(server.home().resolve(folder)).filter(Files::isRegularFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
