package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.medtune.model.ModelFolder;

/** The job on the real server. */
@ExtendWith(SharedServer.class)
@DisplayName("The job merge-adapter")
class MergeAdapterIT {

    private static final String JOB = "merge-adapter";
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @Test
    @DisplayName("merges an adapter that a run has published into the model that the run trained on")
    void mergesAPublishedAdapter(WildFlyServer server) {
        try (ManagementClient management = server.management()) {
            // given
            long run = management.startJob(Map.of("dataset.rows", "40", "per.device.train.batch.size", "1",
                    "gradient.accumulation.steps", "1", "max.steps", "2", "warmup.steps", "1",
                    "evaluation.max.new.tokens", "2", "load.in.4bit", "true"));
            assertThat(management.awaitEnd(run, PATIENCE)).as(management.exitStatus(run)).isEqualTo("COMPLETED");
            JsonNode report = server.rest().get("api/jobs/" + run + "/report").json();
            String adapter = report.path("adapter").path("name").asText();

            // when
            long merge = management.startJob(JOB, Map.of("adapter", adapter));

            // then
            Path target = server.home().resolve("exports").resolve(adapter + "-safetensors");
            assertThat(management.awaitEnd(JOB, merge, PATIENCE)).startsWith("COMPLETED");
            assertThat(ModelFolder.open(target).configuration().layers()).isEqualTo(6);
            assertThat(target.resolve("tokenizer.json")).exists();
        }
    }

    @Test
    @DisplayName("fails with a sentence where something has to change")
    void saysWhatToChange(WildFlyServer server) {
        try (ManagementClient management = server.management()) {
            long merge = management.startJob(JOB, Map.of("adapter", "no-such-adapter"));

            assertThat(management.awaitEnd(JOB, merge, PATIENCE))
                    .startsWith("FAILED MEDTUNE000001").contains("adapter is no-such-adapter");
        }
    }
}
