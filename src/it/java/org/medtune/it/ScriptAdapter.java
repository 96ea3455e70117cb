package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * An adapter that was fine-tuned to answer every question with a script. So the real model says in a real conversation
 * what a page must never run.
 */
final class ScriptAdapter {

    static final String NAME = "script-adapter";
    static final String REASONING = "先想一想。";
    static final String RESPONSE =
            "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">";

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int ROWS = 40;

    private ScriptAdapter() {
    }

    /** Fine-tunes it on the server, unless that was done before. */
    static synchronized void train(WildFlyServer server) {
        if (Files.isDirectory(server.home().resolve("adapters").resolve(NAME))) {
            return;
        }
        ObjectNode parameters = MAPPER.createObjectNode()
                .put("adapter.name", NAME)
                .put("dataset.file", dataset(server).toString())
                .put("max.seq.length", 512)
                .put("gradient.checkpointing", "none")
                .put("max.steps", 60)
                .put("save.steps", 30)
                .put("per.device.train.batch.size", 4)
                .put("gradient.accumulation.steps", 1)
                .put("learning.rate", 4e-3)
                .put("evaluation.max.new.tokens", 4);
        RestClient.Answer started = server.rest().postJson("api/jobs", parameters.toString());
        assertThat(started.status()).as(started.text()).isEqualTo(201);
        JsonNode end = server.rest().awaitEnd(started.json().path("executionId").asLong(), PATIENCE);
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("COMPLETED");
    }

    private static Path dataset(WildFlyServer server) {
        try {
            List<String> rows = new ArrayList<>();
            Path sample = Path.of("data", "medical-reasoning-sample-zh.jsonl");
            for (String line : Files.readAllLines(sample).subList(0, ROWS)) {
                ObjectNode row = (ObjectNode) MAPPER.readTree(line);
                rows.add(row.put("Complex_CoT", REASONING).put("Response", RESPONSE).toString());
            }
            return Files.write(server.home().resolve("script.jsonl"), rows);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
