package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;

@DisplayName("What parameters of jobs may name")
class InputFoldersTest {

    private static final String SAMPLE = "medical-reasoning-sample-zh.jsonl";

    @TempDir
    private Path folder;

    private MedtuneHome home;

    @BeforeEach
    void makeHome() throws IOException {
        home = new MedtuneHome(folder.resolve("var"), Path.of("models").toAbsolutePath(), folder.resolve("data"),
                List.of(folder.resolve("more")));
        for (String name : List.of("var/users", "var/feedback", "var/exports", "data/below", "more", "data-other")) {
            Files.createDirectories(folder.resolve(name));
        }
        for (String name : List.of("data/" + SAMPLE, "data/below/a.jsonl", "more/a.jsonl", "var/feedback/up.jsonl",
                "var/users/tokens.json", "data-other/a.jsonl", "secret.json")) {
            Files.createFile(folder.resolve(name));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"below/a.jsonl", "./below/../" + SAMPLE, "FOLDER/data/below/a.jsonl", "FOLDER/more/a.jsonl",
        "../more/a.jsonl", "FOLDER/var/feedback/up.jsonl"})
    @DisplayName("are files below the site's folders")
    void below(String given) {
        String value = given.replace("FOLDER", folder.toString());

        assertThatCode(() -> FineTuneRequest.of(home, Map.of("dataset.file", value))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "../secret.json", "FOLDER/secret.json", "below/../../secret.json",
        "FOLDER/data/../secret.json", "../var/users/tokens.json", "FOLDER/data-other/a.jsonl", "../../../../etc/passwd",
        "/proc/self/environ", "/no/such/file"})
    @DisplayName("are no others, and whether those are there is not told")
    void elsewhere(String given) {
        String value = given.replace("FOLDER", folder.toString());

        assertThatThrownBy(() -> FineTuneRequest.of(home, Map.of("dataset.file", value)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("MEDTUNE000932: dataset.file is " + value + ", which lies outside of");
        assertThatThrownBy(() -> FineTuneRequest.of(home, Map.of("model.folder", value)))
                .hasMessageContaining("MEDTUNE000932: model.folder is " + value);
        assertThatThrownBy(() -> ExportRequest.of(home, Map.of("adapter", value)))
                .hasMessageContaining("MEDTUNE000932: adapter is " + value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"..%2fsecret.json", "%2e%2e/secret.json", "..\\secret.json", "%2Fetc%2Fpasswd"})
    @DisplayName("are names as they stand: nothing is decoded")
    void encoded(String given) {
        assertThatThrownBy(() -> FineTuneRequest.of(home, Map.of("dataset.file", given)))
                .hasMessageContaining("MEDTUNE000011: dataset.file is " + given + ", but there is no file");
    }

    @Test
    @DisplayName("are not what links lead to elsewhere")
    void links() throws IOException {
        // given
        Files.createSymbolicLink(folder.resolve("data/link.json"), folder.resolve("secret.json"));
        Files.createSymbolicLink(folder.resolve("data/folder"), folder.resolve("data-other"));
        Files.createSymbolicLink(folder.resolve("data/inside.jsonl"), folder.resolve("more/a.jsonl"));

        // then
        for (String name : List.of("link.json", "folder/a.jsonl", "folder/none.jsonl")) {
            assertThatThrownBy(() -> FineTuneRequest.of(home, Map.of("dataset.file", name)))
                    .as(name).hasMessageContaining("MEDTUNE000932");
        }
        assertThat(FineTuneRequest.of(home, Map.of("dataset.file", "inside.jsonl")).datasetFile())
                .isEqualTo(home.dataset("inside.jsonl"));
    }

    @Test
    @DisplayName("may lie below a folder that is a link itself")
    void linkedRoot() throws IOException {
        // given
        Path linked = Files.createSymbolicLink(folder.resolve("linked"), folder.resolve("data"));
        MedtuneHome other = new MedtuneHome(home.folder(), home.modelsFolder(), linked);

        // then
        assertThat(FineTuneRequest.of(other, Map.of()).datasetFile()).isEqualTo(linked.resolve(SAMPLE));
        assertThat(FineTuneRequest.of(other, Map.of("dataset.file", home.dataset(SAMPLE).toString())).datasetFile())
                .isEqualTo(home.dataset(SAMPLE));
    }

    @Test
    @DisplayName("does not follow from what an adapter says that its base model is")
    void baseModelOfAnAdapter() throws IOException {
        // given
        Path config = publishAnAdapter("foreign").resolve("adapter_config.json");
        Files.writeString(config, Files.readString(config).replace("\"base_model_name_or_path\": \"model\"",
                "\"base_model_name_or_path\": \"/etc\""));

        // then
        assertThatThrownBy(() -> ExportRequest.of(home, Map.of("adapter", "foreign")))
                .hasMessageContaining("MEDTUNE000932: model.folder is /etc");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "/tmp/x", "a/b", "..", ".hidden", "a\\b", "%2e%2e"})
    @DisplayName("are never the place of what a job writes")
    void written(String name) throws IOException {
        publishAnAdapter("golden");
        assertThatThrownBy(() -> FineTuneRequest.of(home, Map.of("adapter.name", name)))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("adapter.name is '" + name + "'");
        assertThatThrownBy(() -> ExportRequest.of(home, Map.of("adapter", "golden", "output.name", name)))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("output.name is '" + name + "'");
    }

    private Path publishAnAdapter(String name) throws IOException {
        Path adapter = Files.createDirectories(home.adapters().resolve(name));
        for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
            Files.copy(Path.of("src/test/resources/golden/lora-r16-final").resolve(file), adapter.resolve(file));
        }
        return adapter;
    }
}
