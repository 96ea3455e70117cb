package org.medtune.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.stream.IntStream;
import org.medtune.StopSignal;
import org.medtune.export.GgufExport;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.Continuation;
import org.medtune.model.KeyValueCache;
import org.medtune.model.KeyValueCaches;
import org.medtune.model.ModelFolder;
import org.medtune.model.NextToken;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;

/**
 * Decoding of the embedded model by one client, ours and llama.cpp's with our GGUF files, on all processors in turns.
 * llama.cpp is called from node, whose own time for a token counts as its.
 */
public final class LlamaCppBenchmark {

    private static final Path MODEL = Path.of("models/tiny-med-qwen2");
    private static final int PROMPT = 200;
    private static final int TOKENS = 256;
    private static final int ROUNDS = 5;

    private LlamaCppBenchmark() {}

    /** The argument is a folder into which {@code npm install node-llama-cpp} has put the package. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path packages = Path.of(arguments[0]);
        Files.copy(Path.of("src/bench/javascript/decode.mjs"), packages.resolve("decode.mjs"),
                StandardCopyOption.REPLACE_EXISTING);
        ModelFolder folder = ModelFolder.open(MODEL);
        for (int turn = 0; turn < 2; turn++) {
            for (ElementType type : new ElementType[] {ElementType.FLOAT32, ElementType.BFLOAT16}) {
                System.out.printf("medtune %-22s %8.1f tokens/s%n", type.safetensorsName(), ours(folder, type));
            }
            for (GgufExport.Format format : GgufExport.Format.values()) {
                Path file = packages.resolve(format + ".gguf");
                Files.deleteIfExists(file);
                new GgufExport(folder, Optional.empty(), format, "tiny").write(file, StopSignal.NEVER);
                System.out.printf("llama.cpp %-20s %8s tokens/s%n", format, llamaCpp(packages, file));
            }
        }
    }

    private static double ours(ModelFolder folder, ElementType type) {
        try (CausalLanguageModel model = CausalLanguageModel.load(folder, ComputeDevice.CPU, type);
                KeyValueCaches caches = new KeyValueCaches(model, 1L << 30)) {
            int[] prompt = IntStream.range(0, PROMPT).map(i -> 300 + i * 7919 % 7000).toArray();
            double best = 0;
            for (int round = 0; round < ROUNDS; round++) {
                try (KeyValueCache cache = caches.take(PROMPT + TOKENS).orElseThrow()) {
                    NextToken next = model.prefill(new Continuation(prompt, cache, model.noAdapter(), false));
                    long started = System.nanoTime();
                    for (int i = 0; i < TOKENS; i++) {
                        next = model.prefill(new Continuation(new int[] {next.mostLikely()}, cache, model.noAdapter(),
                                false));
                    }
                    best = Math.max(best, TOKENS / ((System.nanoTime() - started) / 1e9));
                }
            }
            return best;
        }
    }

    private static String llamaCpp(Path packages, Path file) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("node", "decode.mjs", file.toAbsolutePath().toString(),
                String.valueOf(Runtime.getRuntime().availableProcessors()), String.valueOf(PROMPT),
                String.valueOf(TOKENS)).directory(packages.toFile()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IOException("node: " + output);
        }
        return output.lines().reduce((first, second) -> second).orElseThrow();
    }
}
