package org.medtune.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.InvalidInputException;
import org.medtune.download.HubSource;
import org.medtune.download.RepositoryKind;
import org.medtune.ops.MedtuneHome;

class DownloadRequestTest {

    private static final String MODEL = "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B";

    @TempDir
    private Path folder;

    private MedtuneHome home;

    @BeforeEach
    void setUp() {
        home = new MedtuneHome(folder.resolve("var"), folder.resolve("models"), folder.resolve("data"));
    }

    @Test
    void aRepositoryIsEnough() {
        // when
        DownloadRequest request = DownloadRequest.of(home, Map.of("repository", MODEL), Map.of());

        // then
        assertThat(request.source()).isEqualTo(HubSource.MODELSCOPE);
        assertThat(request.account().base()).isEqualTo(URI.create("https://www.modelscope.cn"));
        assertThat(request.account().token()).isEmpty();
        assertThat(request.repository().revision()).isEqualTo("master");
        assertThat(request.target()).isEqualTo(folder.resolve("models/DeepSeek-R1-Distill-Qwen-7B"));
    }

    @Test
    void everythingCanBeChosen() {
        // when
        DownloadRequest request = DownloadRequest.of(home, Map.of("repository", "a/b", "source", "huggingface", "kind",
                "dataset", "revision", "refs/pr/1", "include", "*.json, *.parquet", "exclude", "test*", "name",
                "medical", "base.url", "https://hf-mirror.com/", "parallel.files", "8"), Map.of());

        // then
        assertThat(request.repository().kind()).isEqualTo(RepositoryKind.DATASET);
        assertThat(request.repository().revision()).isEqualTo("refs/pr/1");
        assertThat(request.patterns().include()).isEqualTo(List.of("*.json", "*.parquet"));
        assertThat(request.patterns().exclude()).isEqualTo(List.of("test*"));
        assertThat(request.target()).isEqualTo(folder.resolve("data/medical"));
        assertThat(request.account().base()).isEqualTo(URI.create("https://hf-mirror.com"));
        assertThat(request.parallel()).isEqualTo(8);
    }

    @Test
    void theTokenGoesOnlyToWhereTheEnvironmentSaysThatTheHubIs() {
        // given
        Map<String, String> environment = Map.of("HF_TOKEN", "secret", "HF_ENDPOINT", "https://hub.hospital.example/");
        Map<String, String> parameters = Map.of("repository", "a/b", "source", "huggingface");

        // when
        DownloadRequest configured = DownloadRequest.of(home, parameters, environment);
        DownloadRequest elsewhere = DownloadRequest.of(home, with(parameters, "base.url", "http://127.0.0.1:9"),
                environment);

        // then
        assertThat(configured.account().base()).isEqualTo(URI.create("https://hub.hospital.example"));
        assertThat(configured.account().token()).hasValue("secret");
        assertThat(elsewhere.account().token()).isEmpty();
        assertThat(configured.toString()).doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource({
        "source, github, 'source is ''github''; give one of modelscope, huggingface.'",
        "kind, models, 'kind is ''models''; give one of model, dataset.'",
        "repository, ../../etc, 'repository is ''../../etc''; give the repository''s name on its hub'",
        "repository, a/b/c, 'repository is ''a/b/c'''",
        "repository, a/b?x=1, 'repository is ''a/b?x=1'''",
        "revision, a/../b, 'revision is ''a/../b'''",
        "name, ../up, 'The name ''../up'' is not allowed.'",
        "name, /etc, 'The name ''/etc'' is not allowed.'",
        "base.url, file:///etc, 'base.url is ''file:///etc'''",
        "base.url, http://user:password@host, base.url is",
        "parallel.files, 9, 'parallel.files is 9; it must be at least 1 and at most 8'",
        "token, abc, 'MEDTUNE000874: There is no parameter token; those of a download are source, '"})
    void whatIsWrongIsTold(String name, String value, String part) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> DownloadRequest.of(home, with(Map.of("repository", MODEL), name, value), Map.of()))
                .withMessageStartingWith("MEDTUNE000001: ")
                .withMessageContaining(part);
    }

    @Test
    void parametersThatTheJobRepositoryCannotKeepAreRefused() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> DownloadRequest.of(home,
                        Map.of("repository", MODEL, "include", "x".repeat(3000)), Map.of()))
                .withMessageContaining("MEDTUNE000006: ").withMessageContaining("above all include.");
    }

    @Test
    void allThatIsWrongIsToldAtOnce() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> DownloadRequest.of(home, Map.of("source", "x", "kind", "y"), Map.of()))
                .withMessageContaining("source is").withMessageContaining("kind is")
                .withMessageContaining("repository is ''");
    }

    @Test
    void nothingThatIsThereIsReplaced() throws IOException {
        // given
        Files.createDirectories(folder.resolve("models/DeepSeek-R1-Distill-Qwen-7B"));

        // when / then
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> DownloadRequest.of(home, Map.of("repository", MODEL), Map.of()))
                .withMessageContaining("DeepSeek-R1-Distill-Qwen-7B is there already. Delete it, or give another name.");
    }

    private static Map<String, String> with(Map<String, String> parameters, String name, String value) {
        Map<String, String> more = new HashMap<>(parameters);
        more.put(name, value);
        return more;
    }
}
