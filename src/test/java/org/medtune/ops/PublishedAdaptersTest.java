package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;
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
import org.medtune.testing.Golden;
import org.medtune.training.AtomicFolder;

@DisplayName("A published adapter")
class PublishedAdaptersTest {

    @TempDir
    private Path folder;

    private MedtuneHome home;
    private Path adapter;

    @BeforeEach
    void publish() {
        home = new MedtuneHome(folder, Path.of("models").toAbsolutePath(), Path.of("data").toAbsolutePath());
        adapter = home.adapters().resolve("mine");
        AtomicFolder.create(adapter, 0, temporary -> {
            for (String name : List.of("adapter_config.json", "adapter_model.safetensors")) {
                Files.copy(Golden.FOLDER.resolve("lora-r16-final").resolve(name), temporary.resolve(name));
            }
            Files.writeString(temporary.resolve("medtune.json"), "{}");
            Files.writeString(temporary.resolve("report.json"), "{}");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"adapter_config.json", "adapter_model.safetensors", "medtune.json"})
    @DisplayName("is refused wherever it is used when one byte of it has changed, and nothing of it is lost")
    void flippedByte(String file) throws IOException {
        // given: the last byte but one; of the weights that is a number, and what a number is nothing else tells
        byte[] bytes = Files.readAllBytes(adapter.resolve(file));
        bytes[bytes.length - 2] ^= 1;
        Files.write(adapter.resolve(file), bytes);

        // then
        String sentence = "MEDTUNE000826: The adapter in " + adapter + " is damaged and is not used: " + file
                + " has another content than was written.";
        assertThatThrownBy(() -> PublishedAdapters.open(adapter)).isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(sentence).hasMessageContaining("from a backup");
        Map<String, String> parameters = Map.of("adapter", "mine", "model.folder", "tiny-med-qwen2");
        assertThatThrownBy(() -> EvaluationRequest.of(home, parameters)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(sentence);
        assertThatThrownBy(() -> ExportRequest.of(home, parameters)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(sentence);
        assertThat(adapter.resolve(file)).hasBinaryContent(bytes);
    }

    @Test
    @DisplayName("is refused when a file of it is missing or cut")
    void missing() throws IOException {
        Files.delete(adapter.resolve("medtune.json"));
        assertThatThrownBy(() -> PublishedAdapters.open(adapter)).hasMessageContaining("medtune.json is missing");

        Files.writeString(adapter.resolve("medtune.json"), "{");
        assertThatThrownBy(() -> PublishedAdapters.open(adapter)).hasMessageContaining("1 bytes instead of 2");
    }

    @Test
    @DisplayName("is used without its report, with a file more, and without a manifest where another program made it")
    void others() throws IOException {
        Files.delete(adapter.resolve("report.json"));
        Files.writeString(adapter.resolve("README.md"), "mine");
        assertThat(PublishedAdapters.open(adapter).path()).isEqualTo(adapter);

        Files.delete(adapter.resolve("manifest.json"));
        Files.delete(adapter.resolve("medtune.json"));
        assertThat(PublishedAdapters.open(adapter).path()).isEqualTo(adapter);
    }
}
