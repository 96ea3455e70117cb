package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;
import org.medtune.StopSignal;
import org.medtune.StoppedException;
import org.medtune.model.ModelFolder;
import org.medtune.testing.Golden;

@DisplayName("Merging an adapter")
class AdapterExportTest {

    @TempDir
    private Path folder;

    private MedtuneHome home;

    @BeforeEach
    void publishAnAdapter() throws IOException {
        home = new MedtuneHome(folder, Path.of("models").toAbsolutePath(), folder.resolve("data"));
        Path adapter = Files.createDirectories(home.adapters().resolve("golden"));
        for (String name : new String[] {"adapter_config.json", "adapter_model.safetensors"}) {
            Files.copy(Golden.FOLDER.resolve("lora-r16-final").resolve(name), adapter.resolve(name));
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"safetensors, model.safetensors", "safetensors-fp32, model.safetensors",
        "gguf-f16, golden-gguf-f16.gguf", "gguf-q8_0, golden-gguf-q8_0.gguf"})
    @DisplayName("makes a folder of each format")
    void formats(String format, String file) throws IOException {
        // when
        Path target = new AdapterExport(ExportRequest.of(home, Map.of("adapter", "golden", "model.folder",
                "tiny-med-qwen2", "output.format", format, "jberet.jobXmlName", "merge-adapter.xml")))
                .write(StopSignal.NEVER);

        // then
        assertThat(target).isEqualTo(home.exports().resolve("golden-" + format));
        assertThat(target.resolve(file)).exists();
        assertThat(target.resolve("manifest.json")).exists();
        if (format.startsWith("safetensors")) {
            assertThat(ModelFolder.open(target).fingerprint()).isNotEqualTo(
                    ModelFolder.open(Golden.MODEL).fingerprint());
        }
        try (Stream<Path> all = Files.list(home.exports())) {
            assertThat(all).containsExactly(target);
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"safetensors", "gguf-q8_0"})
    @DisplayName("leaves nothing behind when it is stopped half-way, and can be made again")
    void stop(String format) throws IOException {
        // given
        AdapterExport export = new AdapterExport(ExportRequest.of(home, Map.of("adapter", "golden", "model.folder",
                "tiny-med-qwen2", "output.format", format)));
        AtomicInteger looked = new AtomicInteger();

        // when, then
        assertThatThrownBy(() -> export.write(() -> looked.incrementAndGet() > 20))
                .isInstanceOf(StoppedException.class);
        assertThat(looked).hasValue(21);
        assertThat(home.exports()).isEmptyDirectory();
        assertThat(export.write(StopSignal.NEVER)).isDirectory();
    }

    @Test
    @DisplayName("finds the base model that the adapter names")
    void baseModelOfTheAdapter() throws IOException {
        // given
        Path config = home.adapters().resolve("golden/adapter_config.json");
        Files.writeString(config, Files.readString(config).replace("\"base_model_name_or_path\": \"model\"",
                "\"base_model_name_or_path\": \"" + home.model("tiny-med-qwen2") + "\""));

        // then
        assertThat(ExportRequest.of(home, Map.of("adapter", "golden")).model().path())
                .isEqualTo(home.model("tiny-med-qwen2"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "adapter       |            | MEDTUNE000518: adapter is not given; give the name of an adapter in",
        "adapter       | none       | MEDTUNE000519: adapter is none, but there is no such folder",
        "model.folder  | ''         | trained on 'model', which is not there; give the path or the name",
        "model.folder  | none       | MEDTUNE000009: model.folder is none, but there is no folder none",
        "output.format | gguf       | MEDTUNE000003: output.format is 'gguf'; give one of safetensors, saf",
        "output.name   | ../x       | MEDTUNE000003: output.name is '../x'; give up to 150 letters",
        "output.nam    | x          | MEDTUNE000002: There is no parameter output.nam; did you mean output.name?",
    })
    @DisplayName("tells what to change")
    void problems(String name, String value, String sentence) {
        Map<String, String> parameters = new HashMap<>(
                Map.of("adapter", "golden", "model.folder", "tiny-med-qwen2"));
        parameters.put(name, value == null ? "" : value);

        assertThatThrownBy(() -> ExportRequest.of(home, parameters))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000001: ").hasMessageContaining(sentence);
    }

    @Test
    @DisplayName("never writes over what is there")
    void existing() throws IOException {
        Files.createDirectories(home.exports().resolve("mine"));

        assertThatThrownBy(() -> ExportRequest.of(home,
                Map.of("adapter", "golden", "model.folder", "tiny-med-qwen2", "output.name", "mine")))
                .hasMessageContaining("MEDTUNE000521: " + home.exports().resolve("mine") + " is there already");
    }
}
