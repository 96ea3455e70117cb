package org.medtune.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.medtune.StopSignal;
import org.medtune.adapter.AdapterFolder;
import org.medtune.adapter.LoraAdapter;
import org.medtune.generation.TextGenerator;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.ModelFolder;
import org.medtune.model.Tokenizer;
import org.medtune.tensor.ElementType;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.Golden;

/**
 * The real llama.cpp, as the npm package node-llama-cpp ships it, completes texts with our GGUF files. Skipped where npm
 * is not there or cannot install it.
 */
@DisplayName("llama.cpp with our GGUF file")
class LlamaCppIT {

    private static final int TOKENS = 32;

    @TempDir
    private static Path folder;

    private static Path packages;
    private static CausalLanguageModel model;

    @BeforeAll
    static void install() throws IOException, InterruptedException {
        String version = System.getProperty("medtune.it.node-llama-cpp");
        packages = Files.createDirectories(Path.of(System.getProperty("medtune.it.folder"), "llama-cpp-" + version));
        Files.writeString(packages.resolve("package.json"), "{\"private\": true}");
        boolean installed = Files.isDirectory(packages.resolve("node_modules/@node-llama-cpp"))
                || run("npm", "install", "--no-audit", "--no-fund", "--omit=optional", "node-llama-cpp@" + version,
                        "@node-llama-cpp/linux-x64@" + version).isPresent();
        assumeThat(installed).as("npm can install node-llama-cpp").isTrue();
        Files.copy(Path.of("src/it/javascript/complete.mjs"), packages.resolve("complete.mjs"),
                StandardCopyOption.REPLACE_EXISTING);
        model = EmbeddedModel.load(ElementType.FLOAT32);
    }

    @AfterAll
    static void close() {
        if (model != null) {
            model.close();
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("reads texts as we do, and completes them as our base model with the adapter does")
    void completes(GgufExport.Format format) throws IOException, InterruptedException {
        // given
        ModelFolder base = ModelFolder.open(Golden.MODEL);
        AdapterFolder adapterFolder = AdapterFolder.open(Golden.FOLDER.resolve("lora-r16-final"));
        Path file = folder.resolve(format + ".gguf");
        new GgufExport(base, Optional.of(adapterFolder.read(base.configuration())), format, "tiny")
                .write(file, StopSignal.NEVER);

        try (Tokenizer tokenizer = Tokenizer.open(Golden.MODEL); LoraAdapter adapter = adapterFolder.load(model)) {
            List<String> texts = Stream.of(0, 1)
                    .map(i -> Golden.ids(Golden.json("forward").get(i).get("ids")))
                    .map(tokenizer::decodeSkippingSpecialTokens)
                    .toList();

            // when
            JsonNode results = new ObjectMapper().readTree(run("node", "complete.mjs", file.toString(),
                    String.valueOf(Runtime.getRuntime().availableProcessors()), String.valueOf(TOKENS), texts.get(0),
                    texts.get(1)).orElseThrow());

            // then
            for (int i = 0; i < texts.size(); i++) {
                int[] ids = tokenizer.encodeWithBeginOfSentence(texts.get(i));
                assertThat(Golden.ids(results.get(i).get("prompt"))).isEqualTo(ids);
                assertThat(Golden.ids(results.get(i).get("answer")))
                        .isEqualTo(new TextGenerator(model).greedy(ids, TOKENS, Set.of(), adapter.active()));
            }
        }
    }

    /** What a program prints last; nothing when it fails or is not there. */
    private static Optional<String> run(String... command) throws IOException, InterruptedException {
        Path output = packages.resolve("output.txt");
        try {
            Process process = new ProcessBuilder(command).directory(packages.toFile())
                    .redirectErrorStream(true).redirectOutput(output.toFile()).start();
            if (process.waitFor() != 0) {
                return Optional.empty();
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return Files.readString(output, StandardCharsets.UTF_8).lines().reduce((first, second) -> second);
    }
}
