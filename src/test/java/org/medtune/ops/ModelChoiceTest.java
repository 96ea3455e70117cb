package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.model.ModelFolder;
import org.medtune.model.Quantization;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.testing.Golden;

@DisplayName("The choice of a base model")
class ModelChoiceTest {

    @ParameterizedTest(name = "load.in.4bit={0}: {1}")
    @CsvSource({"true, NF4", "false, NONE", "auto, NONE"})
    @DisplayName("is quantised on a CPU only where it is asked for")
    void quantization(String given, Quantization expected) {
        assertThat(choice(given).quantization()).isEqualTo(expected);
    }

    @ParameterizedTest(name = "precision={0}: {1}")
    @CsvSource({"auto, FLOAT32", "fp32, FLOAT32", "bf16, BFLOAT16", "fp16, FLOAT16"})
    @DisplayName("has the precision that is asked for, on every device the same")
    void precision(String given, ElementType expected) {
        // given
        FineTuneRequest request = new FineTuneRequest(
                FineTuneParameters.of(Map.of("device", "cpu", "precision", given)), Golden.MODEL,
                Path.of("rows.jsonl"));

        // then
        assertThat(ModelChoice.replicas(request)).extracting(ModelChoice::type).containsExactly(expected);
        assertThat(ModelChoice.of(request).precision()).isEqualTo(given.equals("auto") ? "fp32" : given);
    }

    @Test
    @DisplayName("is told by the run's fingerprint and beside its adapter")
    void fingerprint() {
        // given
        FineTuneRecipe recipe = new FineTuneRecipe(FineTuneParameters.of(Map.of()));

        // then: auto and what it decides are the same run
        assertThat(recipe.fingerprint(choice("auto"), "rows")).isEqualTo(recipe.fingerprint(choice("false"), "rows"))
                .isNotEqualTo(recipe.fingerprint(choice("true"), "rows"));
        assertThat(recipe.fingerprint(choice("true"), "rows").values()).containsEntry("load.in.4bit", "nf4");
        assertThat(recipe.adapterRecord(choice("true")).baseQuantization()).isEqualTo("nf4");
        assertThat(recipe.adapterRecord(choice("true")).baseModel())
                .isEqualTo(ModelFolder.open(Golden.MODEL).fingerprint());
    }

    @Test
    @DisplayName("for a chat is that of a run in which all is auto, so that both share one model")
    void automatic() {
        // given
        FineTuneRequest run = new FineTuneRequest(
                FineTuneParameters.of(Map.of("device", "auto", "load.in.4bit", "auto", "precision", "auto")),
                Golden.MODEL, Path.of("rows.jsonl"));

        // then
        assertThat(ModelChoice.automatic(Golden.MODEL, ComputeDevice.allNamed("auto")))
                .containsExactly(ModelChoice.of(run));
    }

    private static ModelChoice choice(String loadIn4bit) {
        return ModelChoice.of(new FineTuneRequest(
                FineTuneParameters.of(Map.of("device", "cpu", "load.in.4bit", loadIn4bit)), Golden.MODEL,
                Path.of("rows.jsonl")));
    }
}
