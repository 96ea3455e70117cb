package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.it.RestClient.Answer;
import org.medtune.testing.FakeHub;
import org.medtune.testing.FakeHub.Fault;

/** Models, datasets and downloads on the real server, which has folders of its own for them. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CatalogueIT {

    private static final Path EMBEDDED = Path.of("models", "tiny-med-qwen2");
    private static final Path FOLDER = Path.of(System.getProperty("medtune.it.folder")).resolve("catalogue-site");
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String REPOSITORY = "medtune-org/Tiny-Med";

    private static FakeHub hub;
    private static WildFlyServer server;
    private static RestClient rest;

    @BeforeAll
    static void start() throws IOException {
        for (String name : new String[] {"models", "data"}) {
            deleteTree(FOLDER.resolve(name));
            Files.createDirectories(FOLDER.resolve(name));
        }
        hub = FakeHub.start();
        try (Stream<Path> files = Files.list(EMBEDDED)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                hub.put(REPOSITORY, name, Files.readAllBytes(file), name.endsWith("s"));
            }
        }
        server = new WildFlyServer("catalogue", 240, Map.of(
                "MEDTUNE_DISK_LEAST_MIB", "1000000000",
                "MEDTUNE_MODELS", FOLDER.resolve("models").toAbsolutePath().toString(),
                "MEDTUNE_DATA", FOLDER.resolve("data").toAbsolutePath().toString(),
                "MEDTUNE_UPLOAD_MIB", "20",
                "HF_TOKEN", "hf_not-to-be-seen-anywhere")).start();
        rest = server.rest();
    }

    @AfterAll
    static void stop() {
        server.close();
        hub.close();
    }

    @Test
    @Order(1)
    void aModelThatWasFetchedOverABrokenConnectionCanBeFineTuned() throws IOException {
        // given
        hub.fault("model-00001-of-00002.safetensors", Fault.BREAK, Fault.status(503), Fault.BREAK);

        // when
        JsonNode download = start("huggingface", "model", "fetched");
        long execution = download.path("executionId").asLong();
        JsonNode ended = awaitEnd(execution);

        // then
        assertThat(ended.path("status").asText()).as(ended.toString()).isEqualTo("COMPLETED");
        JsonNode model = await().atMost(PATIENCE).until(() -> rest.get("api/models/fetched").json(),
                found -> found.has("fingerprint"));
        assertThat(model.path("complete").asBoolean()).isTrue();
        assertThat(model.path("architecture").asText()).isEqualTo("qwen2");
        assertThat(model.path("origin").asText()).isEqualTo("huggingface " + REPOSITORY + "@" + FakeHub.COMMIT.substring(0, 12));
        // all is checked before a run begins, so the only thing that is told is the only thing that is wrong
        assertThat(rest.postJson("api/jobs", "{\"model.folder\": \"fetched\", \"dataset.file\": \""
                + Path.of("data/medical-reasoning-sample-zh.jsonl").toAbsolutePath() + "\", \"max.steps\": 0}")
                .json().path("detail").asText()).contains("max.steps is 0").doesNotContain("model.folder");
        // one line of the audit log for what was done once
        JsonNode audited = server.rest().get("api/audit?limit=500").json().path("entries");
        assertThat(StreamSupport.stream(audited.spliterator(), false).filter(line ->
                line.path("target").asText().matches("execution " + execution + "|POST /api/downloads"))
                .map(line -> line.path("action").asText() + " " + line.path("details").path("job").asText()))
                .containsExactly("end download", "start download");
        // the hub's address was given with the job, so the token of the environment did not go there
        assertThat(hub.requests()).allSatisfy(request -> assertThat(request.authorization()).isNull());
        assertThat(Files.readString(server.log())).contains("MEDTUNE000871").doesNotContain("not-to-be-seen");
    }

    @Test
    @Order(2)
    void aDownloadStopsSoonAndGoesOnWhereItWas() {
        // given: half of a file has come
        hub.fault("model-00002-of-00002.safetensors", Fault.STALL);
        long execution = start("modelscope", "model", "stopped").path("executionId").asLong();
        await().atMost(PATIENCE).until(() -> rest.get("api/downloads/" + execution).json().path("progress"),
                progress -> progress.path("bytes").asLong() > 15_000_000);
        assertThat(rest.postJson("api/downloads", parameters("modelscope", "model", "stopped")).text())
                .contains("MEDTUNE000875");

        // when
        long asked = System.nanoTime();
        assertThat(rest.postJson("api/downloads/" + execution + "/stop", "{}").status()).isEqualTo(202);
        assertThat(awaitEnd(execution).path("status").asText()).isEqualTo("STOPPED");

        // then
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(5));
        assertThat(rest.get("api/models").text()).contains("The download of stopped is not complete.");
        Answer restarted = rest.postJson("api/downloads/" + execution + "/restart", "{}");
        assertThat(restarted.status()).as(restarted.text()).isEqualTo(202);
        assertThat(awaitEnd(restarted.json().path("executionId").asLong()).path("status").asText())
                .isEqualTo("COMPLETED");
        assertThat(rest.get("api/models/stopped").json().path("complete").asBoolean()).isTrue();
    }

    @Test
    @Order(3)
    void whatCanBeMendedEndsADownloadStoppedAndWhatCannotFailed() {
        // given
        hub.fault("config.json", Fault.WRONG, Fault.WRONG);

        // when
        JsonNode wrong = awaitEnd(start("huggingface", "model", "wrong").path("executionId").asLong());
        Answer missing = rest.postJson("api/downloads", "{\"repository\": \"no/such\", \"base.url\": \""
                + hub.address() + "\"}");
        JsonNode failed = awaitEnd(missing.json().path("executionId").asLong());

        // then
        assertThat(wrong.path("status").asText()).isEqualTo("STOPPED");
        assertThat(wrong.path("restartable").asBoolean()).isTrue();
        assertThat(wrong.path("exitStatus").asText()).startsWith("MEDTUNE000866: The content of config.json");
        assertThat(failed.path("status").asText()).isEqualTo("FAILED");
        assertThat(failed.path("exitStatus").asText()).startsWith("MEDTUNE000861: There is no model no/such");
    }

    @Test
    @Order(4)
    void aTableIsSentLookedAtKeptAndDeleted() {
        // when
        Answer sent = rest.send("POST", "api/uploads?name=%E8%A1%A8.csv", "application/octet-stream",
                "Question,Complex_CoT,Response\n问,想,答\n问,,答\n");
        String upload = "api/uploads/" + sent.json().path("id").asText();

        // then
        assertThat(sent.status()).as(sent.text()).isEqualTo(201);
        assertThat(sent.json().path("rows").asInt()).isEqualTo(2);
        assertThat(sent.json().path("rejects").path(0).path("reason").asText()).contains("'Complex_CoT' is blank");
        JsonNode preview = rest.get(upload + "/preview?model=fetched&row=1").json();
        assertThat(preview.path("text").asText()).contains("想").endsWith("<｜end▁of▁sentence｜>");
        assertThat(preview.path("tokens").asInt()).isGreaterThan(20);
        assertThat(rest.get("api/datasets").json().path("datasets")).isEmpty();

        // when
        assertThat(rest.postJson(upload + "/keep", "{}").status()).isEqualTo(200);

        // then
        JsonNode dataset = await().atMost(PATIENCE).until(() -> rest.get("api/datasets/%E8%A1%A8.csv").json(),
                found -> found.path("examined").asBoolean());
        assertThat(dataset.path("schema").asText()).isEqualTo("medical-o1-reasoning-SFT");
        assertThat(rest.get("api/datasets/%E8%A1%A8.csv/preview?model=fetched&row=2").json().path("rejection").asText())
                .contains("blank");
        assertThat(rest.send("DELETE", "api/datasets/%E8%A1%A8.csv", "application/json", "").status()).isEqualTo(204);
        assertThat(FOLDER.resolve("data")).isEmptyDirectory();
    }

    @Test
    @Order(4)
    void parquetIsReadInTheServerToo() {
        for (String name : new String[] {"pyarrow-zstd.parquet", "pyarrow-snappy.parquet", "duckdb.parquet"}) {
            // when
            Answer sent = rest.postFile("api/uploads?name=" + name, Path.of("src/test/resources/tables", name));

            // then
            assertThat(sent.json().path("format").asText()).as(sent.text()).isEqualTo("PARQUET");
            assertThat(sent.json().path("rows").asInt()).as(sent.text()).isEqualTo(6);
            assertThat(sent.json().path("problem").isMissingNode()).as(sent.text()).isTrue();
        }
    }

    @ParameterizedTest
    @Order(5)
    @CsvSource({
        "POST,   api/uploads?name=..%2Fevil.csv,                  application/octet-stream, 400",
        "POST,   api/uploads?name=%2Ftmp%2Fevil.csv,              application/octet-stream, 400",
        "POST,   api/uploads?name=%252e%252e%252fevil.csv,        application/octet-stream, 400",
        "POST,   api/uploads?name=.evil.csv,                      application/octet-stream, 400",
        "POST,   api/uploads,                                     application/octet-stream, 400",
        "POST,   api/uploads?name=evil.csv,                       text/plain,               415",
        "POST,   api/jobs,                                        application/octet-stream, 415",
        "GET,    api/datasets/..%2F..%2Fmodels%2Ffetched%2Fconfig.json, application/json,   404",
        "GET,    api/datasets/%2Fetc%2Fpasswd/preview,            application/json,         404",
        "DELETE, api/datasets/%2e%2e%2fmodels%2ffetched%2fconfig.json, application/json,    404",
        "GET,    api/models/..,                                   application/json,         404",
        "GET,    api/models/%2e%2e%2fdata,                        application/json,         404",
        "GET,    api/adapters/%2e%2e,                             application/json,         404",
        "GET,    api/uploads/%2e%2e/preview,                      application/json,         404",
    })
    void noNameLeadsOut(String method, String path, String type, int status) {
        assertThat(rest.send(method, path, type, "x").status()).isEqualTo(status);
        assertThat(FOLDER.resolve("models/fetched/config.json")).exists();
    }

    @Test
    @Order(6)
    void isNotReadyWithoutAModelAndOnADiskWithLessRoomThanAsked() {
        RestClient.Answer ready = server.rest((Login) null).get("health/ready");

        assertThat(ready.status()).isEqualTo(503);
        assertThat(ready.json().path("status").asText()).isEqualTo("DOWN");
        assertThat(ready.json().path("checks").path("model").asText()).isEqualTo("not loaded");
        assertThat(ready.json().path("checks").path("disk").asText())
                .matches("\\d+ MiB free, and 1000000000 MiB are needed");
    }

    @Test
    @Order(6)
    void onlyUploadsMayBeLongAndTheyHaveALimit() {
        String eleven = "x".repeat(11 << 20);
        assertThat(rest.postJson("api/jobs", eleven).status()).isEqualTo(413);
        assertThat(rest.send("POST", "api/uploads?name=long.jsonl", "application/octet-stream", eleven).status())
                .isEqualTo(201);
        Answer refused = rest.send("POST", "api/uploads?name=longer.jsonl", "application/octet-stream",
                eleven + eleven);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("MEDTUNE000883");
    }

    @Test
    @Order(6)
    void onlyUploadsMayLeaveOutTheirLength() throws Exception {
        for (Map.Entry<String, Integer> expected : Map.of("api/jobs", 411, "api/uploads?name=a.jsonl", 201).entrySet()) {
            // given
            HttpRequest request = HttpRequest.newBuilder(URI.create(rest.address(expected.getKey())))
                    .header("Content-Type", "application/octet-stream")
                    .header("Authorization", Login.administrator(URI.create(server.address())).basic())
                    .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[] {'{', '}'}))).build();

            // when
            int status = HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();

            // then
            assertThat(status).as(expected.getKey()).isEqualTo(expected.getValue());
        }
    }

    @Test
    @Order(7)
    @ExtendWith(ChromiumInstalled.class)
    void thePageShowsAllAndTakesAnUpload() throws IOException {
        // given
        Path table = FOLDER.resolve("病例.csv");
        Files.copy(Path.of("src/test/resources/tables/duckdb.csv"), table,
                StandardCopyOption.REPLACE_EXISTING);

        try (Browser browser = Browser.open()) {
            browser.go(server.address() + "catalogue.xhtml");
            browser.awaitText("[id='lists:models']", text ->
                    text.contains("fetched") && text.contains("12.6 M") && text.contains("BF16"));
            assertThat(browser.text("[id='running:downloads']")).contains(REPOSITORY, "MEDTUNE000866");

            // when
            browser.shown("#file").sendKeys(table.toAbsolutePath().toString());
            browser.click("#send");

            // then
            assertThat(browser.awaitText("#preview-text", text -> !text.isBlank())).contains("<think>")
                    .contains("男，62岁，突发胸痛3小时");
            assertThat(browser.text("#looked-at-facts")).contains("CSV", "6 行", "1 行被拒");
            assertThat(browser.text("#rejects")).contains("第 4 行：");
            takePictures(browser, "upload");

            // when
            browser.click("#keep");

            // then
            browser.awaitText("[id='lists:datasets']", text ->
                    text.contains("病例.csv") && text.contains("Question, Complex_CoT, Response"));
            browser.awaitText("#upload-state", text -> text.contains("病例.csv 已保留。"));
            browser.click("[data-preview='病例.csv']");
            browser.awaitText("#preview-text", text -> text.contains("<think>"));
            takePictures(browser, "kept");

            // when: a download from the page
            browser.shown("[id='download:repository']").sendKeys(REPOSITORY);
            browser.shown("[id='download:name']").sendKeys("from-the-page");
            browser.shown("[id='download:address']").sendKeys(hub.address().toString());
            browser.click(".mt-primary");

            // then
            browser.awaitText("[id='download:answer']", text -> text.contains("下载已开始"));
            await().atMost(PATIENCE).until(() -> Files.isDirectory(FOLDER.resolve("models/from-the-page")));
            browser.go(server.address() + "catalogue.xhtml?language=en");
            browser.click("[data-preview='病例.csv']");
            browser.awaitText("#preview-text", text -> text.contains("<think>"));
            assertThat(browser.text("h1")).isEqualTo("Models, datasets, adapters");
            takePictures(browser, "english");
            browser.picture("catalogue", 1350);
            assertThat(browser.driver().manage().logs().get("browser").getAll())
                    .filteredOn(entry -> entry.getLevel().getName().equals("SEVERE")).isEmpty();
        }
    }

    /** For whoever wants to see what it looks like; beyond that, that nothing is wider than the window. */
    private static void takePictures(Browser browser, String name) throws IOException {
        Path pictures = Files.createDirectories(FOLDER.resolve("pictures"));
        for (String scheme : new String[] {"light", "dark"}) {
            browser.driver().executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features",
                    List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
            for (int width : new int[] {360, 768, 1440}) {
                browser.driver().executeCdpCommand("Emulation.setDeviceMetricsOverride", Map.of("width", width,
                        "height", 900, "deviceScaleFactor", 1, "mobile", false));
                Map<String, Object> picture = browser.driver().executeCdpCommand("Page.captureScreenshot",
                        Map.of("captureBeyondViewport", true, "format", "png"));
                Files.write(pictures.resolve(name + "-" + width + "-" + scheme + ".png"),
                        Base64.getDecoder().decode((String) picture.get("data")));
                assertThat((Boolean) browser.driver().executeScript(
                        "return document.documentElement.scrollWidth <= window.innerWidth"))
                        .as("nothing is wider than " + width).isTrue();
            }
        }
        browser.driver().executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
        browser.driver().executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of()));
    }

    private static JsonNode start(String source, String kind, String name) {
        Answer answer = rest.postJson("api/downloads", parameters(source, kind, name));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.json();
    }

    private static String parameters(String source, String kind, String name) {
        ObjectNode parameters = JsonNodeFactory.instance.objectNode();
        parameters.put("source", source).put("kind", kind).put("repository", REPOSITORY).put("name", name)
                .put("base.url", hub.address().toString());
        return parameters.toString();
    }

    private static JsonNode awaitEnd(long execution) {
        return await("download " + execution).atMost(PATIENCE).pollInterval(Duration.ofMillis(100))
                .until(() -> rest.get("api/downloads/" + execution).json(), found -> found.has("ended"));
    }

    private static void deleteTree(Path tree) throws IOException {
        if (Files.exists(tree)) {
            try (Stream<Path> paths = Files.walk(tree)) {
                for (Path path : paths.sorted((one, other) -> other.compareTo(one)).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
