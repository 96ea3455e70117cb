package org.medtune.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.ConflictException;
import org.medtune.InvalidInputException;
import org.medtune.MedtuneException;
import org.medtune.RecoverableException;
import org.medtune.testing.CapturedLog;
import org.medtune.testing.FakeHub;
import org.medtune.testing.FakeHub.Fault;

class RepositoryDownloadTest {

    private static final String NAME = "some-org/Tiny-1.5B";
    private static final String TOKEN = "hf_never-to-be-seen";
    private static final RetryPolicy IMPATIENT =
            new RetryPolicy(3, Duration.ofMillis(5), Duration.ofMillis(20), Duration.ofMillis(700));

    private final byte[] weights = noise(300_000);
    private final byte[] configuration = "{\"model_type\": \"qwen2\"}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path models;

    private FakeHub hub;
    private Path target;
    private final List<DownloadProgress> progress = new ArrayList<>();

    @BeforeEach
    void fill() {
        hub = FakeHub.start().put(NAME, "config.json", configuration, false)
                .put(NAME, "model.safetensors", weights, true)
                .put(NAME, "sub folder/读我.txt", new byte[] {1, 2, 3}, false)
                .put(NAME, "empty.txt", new byte[0], false);
        target = models.resolve("tiny");
    }

    @AfterEach
    void close() {
        hub.close();
    }

    @ParameterizedTest
    @EnumSource(HubSource.class)
    void fetchesAWholeRepository(HubSource source) throws IOException {
        for (RepositoryKind kind : RepositoryKind.values()) {
            // when
            Path folder = models.resolve(kind.toString());
            Optional<Path> made = download(source, kind, folder, IMPATIENT).run(new StopSignal(), progress::add);

            // then
            assertThat(made).hasValue(folder);
            assertThat(folder.resolve("config.json")).hasBinaryContent(configuration);
            assertThat(folder.resolve("model.safetensors")).hasBinaryContent(weights);
            assertThat(folder.resolve("sub folder/读我.txt")).hasBinaryContent(new byte[] {1, 2, 3});
            assertThat(folder.resolve("empty.txt")).isEmptyFile();
            assertThat(children(models)).doesNotContain(".download-" + kind);
            assertThat(progress.get(progress.size() - 1).share()).isEqualTo(1);
            assertThat(progress.get(progress.size() - 1).files()).isEqualTo(4);
            Origin origin = Origin.of(folder).orElseThrow();
            assertThat(origin.repository()).isEqualTo(NAME);
            assertThat(origin.kind()).isEqualTo(kind);
            assertThat(origin.commit()).isEqualTo(source == HubSource.HUGGING_FACE ? FakeHub.COMMIT : "master");
        }
    }

    @ParameterizedTest
    @EnumSource(HubSource.class)
    void whatProvesWhoAsksGoesToTheHubOnlyAndIsNotLogged(HubSource source) {
        try (CapturedLog log = new CapturedLog()) {
            // given
            hub.fault("model.safetensors", Fault.BREAK);

            // when
            download(source, RepositoryKind.MODEL, target, IMPATIENT).run(new StopSignal(), progress::add);

            // then: the large file came from another address
            assertThat(hub.contentRequests("model.safetensors")).hasSize(2)
                    .allSatisfy(request -> assertThat(request.authorization()).isNull())
                    .allSatisfy(request -> assertThat(request.cookie()).isNull());
            assertThat(hub.requests()).filteredOn(FakeHub.Request::toApi).isNotEmpty()
                    .allSatisfy(request -> assertThat(request.authorization()).isEqualTo("Bearer " + TOKEN));
            assertThat(String.join("\n", log.lines())).contains("trying again").doesNotContain(TOKEN);
        }
        assertThat(new HubAccount(hub.address(), Optional.of(TOKEN)).toString()).doesNotContain(TOKEN);
    }

    @Test
    void aBrokenTransferGoesOnWhereItWas() {
        // given
        hub.fault("model.safetensors", Fault.BREAK, Fault.BREAK, Fault.BREAK, Fault.BREAK, Fault.BREAK);

        // when: more often than a request is tried, but each time something new came
        run();

        // then
        List<FakeHub.Request> requests = hub.contentRequests("model.safetensors");
        assertThat(requests).hasSize(6);
        assertThat(requests.get(0).range()).isNull();
        assertThat(requests.subList(1, 6)).allSatisfy(request -> {
            assertThat(request.range()).matches("bytes=[1-9]\\d{4,5}-");
            assertThat(request.ifRange()).startsWith("\"");
        });
        assertThat(target.resolve("model.safetensors")).hasBinaryContent(weights);
    }

    @Test
    void aServerThatKnowsNoRangesIsAskedForAll() {
        // given
        hub.fault("model.safetensors", Fault.BREAK, Fault.IGNORE_RANGE);

        // when
        run();

        // then
        assertThat(target.resolve("model.safetensors")).hasBinaryContent(weights);
        assertThat(hub.contentRequests("model.safetensors")).hasSize(2);
    }

    @Test
    void aServerThatKnowsNoRangesAndAlwaysBreaksIsGivenUp() {
        // given
        hub.fault("model.safetensors", Stream.generate(() -> Fault.BREAK_ANEW).limit(9).toArray(Fault[]::new));

        // when / then
        assertFails(RecoverableException.class, "MEDTUNE000863: The download of model.safetensors was given up after 3");
    }

    @Test
    void wrongContentIsFetchedAgain() {
        // given
        hub.fault("model.safetensors", Fault.WRONG);
        hub.fault("config.json", Fault.WRONG);

        // when
        run();

        // then
        assertThat(target.resolve("model.safetensors")).hasBinaryContent(weights);
        assertThat(target.resolve("config.json")).hasBinaryContent(configuration);
    }

    @Test
    void contentThatStaysWrongEndsTheDownloadAndARestartKeepsWhatWasRight() {
        // given
        hub.fault("model.safetensors", Fault.WRONG, Fault.WRONG);
        assertFails(RecoverableException.class, "MEDTUNE000866: The content of model.safetensors that comes from ");
        assertThat(target).doesNotExist();
        int before = hub.requests().size();

        // when
        run();

        // then
        assertThat(target.resolve("model.safetensors")).hasBinaryContent(weights);
        assertThat(hub.requests().subList(before, hub.requests().size()))
                .noneMatch(request -> request.path().endsWith("config.json"));
    }

    @Test
    void aFileThatWasChangedMeanwhileIsBegunAnew() throws IOException {
        // given: half of an earlier content
        hub.fault("model.safetensors", Fault.BREAK, Fault.status(503), Fault.status(503));
        assertFails(RecoverableException.class, "MEDTUNE000863");
        // a broken connection may swallow the end of what was sent
        assertThat(Files.size(RepositoryDownload.unfinished(target).resolve("model.safetensors.part")))
                .isBetween(1L, weights.length / 2L);
        byte[] others = noise(200_000);
        hub.put(NAME, "model.safetensors", others, true);

        // when
        run();

        // then
        assertThat(target.resolve("model.safetensors")).hasBinaryContent(others);
    }

    @Test
    void anExecutionThatFailsLeavesTheBeginningForTheNext() {
        // given
        hub.fault("model.safetensors", Fault.BREAK, Fault.status(500), Fault.status(503));
        assertFails(RecoverableException.class, "HTTP status 503");

        // when
        run();

        // then
        List<FakeHub.Request> requests = hub.contentRequests("model.safetensors");
        assertThat(requests.get(requests.size() - 1).range()).matches("bytes=[1-9]\\d+-");
        assertThat(target.resolve("model.safetensors")).hasBinaryContent(weights);
    }

    @Test
    void tooManyRequestsAreAskedAgainLater() {
        // given
        hub.fault("/api/models/" + NAME + "/revision/main", Fault.status(429), Fault.status(429));
        hub.fault("config.json", Fault.status(429));

        // when
        run();

        // then
        assertThat(target.resolve("config.json")).exists();
    }

    @ParameterizedTest
    @CsvSource({
        "401, MEDTUNE000860: , so some-org/Tiny-1.5B is private", "403, MEDTUNE000860: , HF_TOKEN for huggingface",
        "404, MEDTUNE000861: There is no model some-org/Tiny-1.5B with the revision main, is not there",
        "418, MEDTUNE000862: The answer of , HTTP status 418"})
    void aRefusalIsToldAtOnce(int status, String begin, String part) {
        // given
        hub.fault("/api/models/" + NAME + "/revision/main", Fault.status(status));

        // when / then
        assertFails(InvalidInputException.class, begin);
        assertThat(hub.requests()).hasSize(1);

        // when: only a file is refused
        hub.fault("config.json", Fault.status(status));

        // then
        assertFails(InvalidInputException.class, part);
        assertThat(target).doesNotExist();
    }

    @Test
    void anAddressOfContentThatIsNotGoodAnyMoreIsAskedForAnew() {
        // given
        hub.fault("model.safetensors", Fault.BREAK, Fault.status(403));

        // when
        run();

        // then: the hub was asked for an address each time
        assertThat(hub.requests()).filteredOn(request -> request.toApi()
                && request.path().endsWith("/model.safetensors")).hasSize(3);
        assertThat(target.resolve("model.safetensors")).hasBinaryContent(weights);
    }

    @Test
    void aRepositoryThatIsNotThereIsToldAsThat() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> new RepositoryDownload(HubSource.MODELSCOPE, account(),
                        new Repository(RepositoryKind.MODEL, "a/b", "master"), everything(), target, 2, IMPATIENT)
                        .run(new StopSignal(), progress::add))
                .withMessageStartingWith("MEDTUNE000861: There is no model a/b with the revision master at ");
    }

    @Test
    void aHubThatCannotBeReachedEndsTheDownload() {
        // given
        URI nobody = hub.address();
        hub.close();

        // when / then
        assertThatExceptionOfType(RecoverableException.class)
                .isThrownBy(() -> new RepositoryDownload(HubSource.HUGGING_FACE,
                        new HubAccount(nobody, Optional.empty()), repository(RepositoryKind.MODEL, "main"),
                        everything(), target, 2, IMPATIENT).run(new StopSignal(), progress::add))
                .withMessageStartingWith("MEDTUNE000863: The download of some-org/Tiny-1.5B was given up after 3 ");
    }

    @Test
    void aServerThatFallsSilentIsLeft() {
        // given
        hub.fault("model.safetensors", Fault.STALL);

        // when
        run();

        // then
        assertThat(hub.contentRequests("model.safetensors").get(1).range()).startsWith("bytes=");
        assertThat(target.resolve("model.safetensors")).hasBinaryContent(weights);
    }

    @Test
    void aStopActsSoonAndWhatHasComeStays() throws Exception {
        // given: a transfer that has come half way
        hub.fault("model.safetensors", Fault.STALL);
        RetryPolicy patient = new RetryPolicy(3, Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(60));
        StopSignal stop = new StopSignal();
        RepositoryDownload download = download(HubSource.HUGGING_FACE, RepositoryKind.MODEL, target, patient);

        // when
        long[] asked = new long[1];
        Optional<Path> made = download.run(stop, now -> {
            if (now.bytes() >= weights.length / 2 && asked[0] == 0) {
                asked[0] = System.nanoTime();
                stop.give();
            }
        });

        // then
        assertThat(made).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - asked[0])).isLessThan(Duration.ofSeconds(2));
        assertThat(target).doesNotExist();
        assertThat(RepositoryDownload.unfinished(target).resolve("model.safetensors.part")).isNotEmptyFile();

        // and: the next execution goes on
        run();
        assertThat(hub.contentRequests("model.safetensors").get(1).range()).startsWith("bytes=");
    }

    @Test
    void twoDoNotFetchIntoOneFolder() {
        // given
        RepositoryDownload second = download(HubSource.HUGGING_FACE, RepositoryKind.MODEL, target, IMPATIENT);
        List<Exception> thrown = new ArrayList<>();

        // when: while the first is at work
        download(HubSource.HUGGING_FACE, RepositoryKind.MODEL, target, IMPATIENT).run(new StopSignal(), now -> {
            if (thrown.isEmpty()) {
                try {
                    second.run(new StopSignal(), progress::add);
                } catch (ConflictException e) {
                    thrown.add(e);
                }
            }
        });

        // then
        assertThat(thrown).singleElement().extracting(Exception::getMessage).asString()
                .startsWith("MEDTUNE000875: " + target + " is being downloaded already");
        assertThat(target.resolve("model.safetensors")).hasBinaryContent(weights);
        assertThat(children(target)).doesNotContain(FolderLock.FILE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil.txt", "/etc/evil", "a/../../evil", "a\\..\\evil", "..", "a//b", "C:evil"})
    void aPathThatLeadsOutOfTheFolderIsRefusedBeforeAnythingIsWritten(String path) {
        // given
        hub.put(NAME, path, new byte[] {1}, false);

        // when / then
        for (HubSource source : HubSource.values()) {
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> download(source, RepositoryKind.MODEL, target, IMPATIENT)
                            .run(new StopSignal(), progress::add))
                    .withMessageStartingWith("MEDTUNE000859: The repository lists the file '" + path + "'");
        }
        assertThat(children(models)).isEmpty();
    }

    @Test
    void aMirrorThatTellsOfTheHubsPagesIsAskedItself() {
        // given
        hub.mirrorOf("https://hub.invalid");

        // when
        run();

        // then: all pages came
        assertThat(children(target)).contains("config.json", "empty.txt", "model.safetensors", "sub folder");
    }

    @Test
    void onlyWantedFilesAreFetched() {
        // when
        new RepositoryDownload(HubSource.HUGGING_FACE, account(), repository(RepositoryKind.MODEL, "main"),
                new FilePatterns(List.of("*.json", "*.txt"), List.of("sub*", "e?pty.txt")), target, 2, IMPATIENT)
                .run(new StopSignal(), progress::add);

        // then
        assertThat(children(target)).containsExactlyInAnyOrder("config.json", Origin.FILE);
    }

    @Test
    void patternsThatLeaveNothingAreTold() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> new RepositoryDownload(HubSource.HUGGING_FACE, account(),
                        repository(RepositoryKind.MODEL, "main"), new FilePatterns(List.of("*.bin"), List.of()), target,
                        2, IMPATIENT).run(new StopSignal(), progress::add))
                .withMessage("MEDTUNE000867: None of the 4 files of some-org/Tiny-1.5B is wanted. Change the patterns "
                        + "include and exclude.");
    }

    @Test
    void aDiskThatIsTooSmallIsNoticedBeforeAnythingComes() {
        // given
        hub.put(NAME, "huge.safetensors", new byte[10], true, 1L << 60);

        // when / then
        assertFails(RecoverableException.class, "The disk is too full to write " + target);
        assertThat(hub.requests()).noneMatch(request -> request.path().endsWith("config.json"));
    }

    @Test
    void aHubIsReachedThroughTheProxyThatTheEnvironmentNames() {
        // given: a host that there is none of, so that only the proxy can answer for it
        HubAccount far = new HubAccount(URI.create("http://hub.invalid"), Optional.empty());
        ProxyFromEnvironment proxies = new ProxyFromEnvironment(
                Map.of("http_proxy", hub.address().toString(), "no_proxy", "localhost, .example.org"),
                ProxySelector.of(null));

        // when
        RepositoryListing listing = new ModelScopeHub().list(repository(RepositoryKind.MODEL, "master"),
                new HubConnection(far, new ModelScopeHub(), IMPATIENT, new StopSignal(), proxies));

        // then
        assertThat(listing.files()).hasSize(4);
        assertThat(proxies.select(URI.create("http://hub.example.org")).get(0).address()).isNull();
        assertThat(proxies.select(URI.create("http://LOCALHOST")).get(0).address()).isNull();
        assertThat(proxies.select(URI.create("http://notexample.org")).get(0).address()).isNotNull();
        assertThat(proxies.select(URI.create("https://hub.invalid")).get(0).address()).isNull();
    }

    private void run() {
        assertThat(download(HubSource.HUGGING_FACE, RepositoryKind.MODEL, target, IMPATIENT)
                .run(new StopSignal(), progress::add)).hasValue(target);
    }

    private void assertFails(Class<? extends MedtuneException> type, String part) {
        assertThatExceptionOfType(type).isThrownBy(this::run).withMessageContaining(part);
    }

    private RepositoryDownload download(HubSource source, RepositoryKind kind, Path folder, RetryPolicy policy) {
        return new RepositoryDownload(source, account(), repository(kind, source.defaultRevision()), everything(),
                folder, 2, policy);
    }

    private HubAccount account() {
        return new HubAccount(hub.address(), Optional.of(TOKEN));
    }

    private static FilePatterns everything() {
        return new FilePatterns(List.of(), List.of());
    }

    private static Repository repository(RepositoryKind kind, String revision) {
        return new Repository(kind, NAME, revision);
    }

    private static List<String> children(Path folder) {
        try (Stream<Path> children = Files.list(folder)) {
            return children.map(child -> child.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
