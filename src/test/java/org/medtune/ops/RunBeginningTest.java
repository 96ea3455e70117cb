package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.InvalidInputException;
import org.medtune.RecoverableException;
import org.medtune.dataset.TokenizedDatasetWriter;
import org.medtune.testing.Golden;

@DisplayName("A run that goes on")
class RunBeginningTest {

    private static final RunKey RUN = new RunKey(1, Instant.EPOCH);
    private static final Map<String, String> BEGAN = Map.of(
            "dataset.file", "rows.jsonl", "model.folder", "model", "learning.rate", "2e-4", "lora.r", "8");

    @TempDir
    private Path folder;

    private MedtuneHome home;
    private RunFolder run;

    @BeforeEach
    void begin() throws IOException {
        home = new MedtuneHome(folder.resolve("var"), folder.resolve("models"), folder.resolve("data"),
                List.of(Path.of("models").toAbsolutePath()));
        Files.createDirectories(home.dataFolder());
        Files.createDirectories(home.modelsFolder());
        Files.createSymbolicLink(home.model("model"), Golden.MODEL.toAbsolutePath());
        Files.writeString(home.dataset("rows.jsonl"), "{}");
        run = RunFolder.prepare(home, RUN, BEGAN);
        run.begin(FineTuneRequest.ofRun(home, BEGAN, run), BEGAN);
    }

    @Test
    @DisplayName("hears of every parameter that would make another adapter, with what it was and is")
    void fixedParameters() {
        assertThatThrownBy(() -> goOn(Map.of("learning.rate", "1e-3", "lora.target.modules", "q_proj", "seed", "7")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("MEDTUNE000654: learning.rate was '2e-4' when the run began, and is now "
                        + "'1e-3'; that would make another adapter.")
                .hasMessageContaining("seed was '3407' when the run began, and is now '7'")
                .hasMessageContaining("lora.target.modules was "
                        + "'q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj' when the run began, and is now "
                        + "'q_proj'");
    }

    @ParameterizedTest
    @CsvSource({"learning.rate, 0.0002", "lora.r, ' 8'", "seed, 3407", "optim, adamw_8bit"})
    @DisplayName("may say the same in other words, or say what it has left to the defaults")
    void sameValues(String name, String value) {
        assertThatCode(() -> goOn(Map.of(name, value))).doesNotThrowAnyException();
    }

    @Test
    @DisplayName("may change what the adapter does not depend on")
    void freeParameters() {
        // given
        Map<String, String> changed = Map.of("save.steps", "5", "save.total.limit", "2", "logging.steps", "3",
                "watchdog.loss.factor", "0", "device", "cpu", "gradient.checkpointing", "offload",
                "adapter.name", "other", "evaluation.question", "?", "evaluation.max.new.tokens", "4");

        // when
        FineTuneRequest request = goOn(changed);

        // then
        assertThat(request.parameters().integer(FineTuneParameter.SAVE_STEPS)).isEqualTo(5);
        assertThat(request.parameters().text(FineTuneParameter.EVALUATION_QUESTION)).isEqualTo("?");
    }

    @Test
    @DisplayName("hears that a question comes too late once it has been evaluated")
    void evaluatedRun() throws IOException {
        // given
        Files.createDirectories(run.evaluation().path());
        Files.writeString(run.evaluation().path().resolve(EvaluationFolder.REPORT), "{}");

        assertThatThrownBy(() -> goOn(Map.of("evaluation.max.new.tokens", "4", "adapter.name", "other")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("MEDTUNE000656: evaluation.max.new.tokens was '128' when the run was evaluated")
                .hasMessageNotContaining("adapter.name");
    }

    @Test
    @DisplayName("may be evaluated with another question than it began with, and published in the same execution")
    void evaluatedWithAnotherQuestion() throws IOException {
        // given: a restart with another question that has come as far as the evaluation
        Map<String, String> changed = new HashMap<>(BEGAN);
        changed.put("evaluation.question", "?");
        goOn(Map.of("evaluation.question", "?"));
        RunFolder.prepare(home, RUN, changed);
        Files.createDirectories(run.evaluation().path());
        Files.writeString(run.evaluation().path().resolve(EvaluationFolder.REPORT), "{}");

        // then
        assertThatCode(() -> goOn(Map.of("evaluation.question", "?"))).doesNotThrowAnyException();
        assertThatThrownBy(() -> goOn(Map.of())).hasMessageContaining("evaluation.question was '?' when");
    }

    @Test
    @DisplayName("compares with what it began with, not with what was last refused")
    void refusedBefore() {
        // given
        assertThatThrownBy(() -> goOn(Map.of("seed", "7"))).isInstanceOf(InvalidInputException.class);
        RunFolder.prepare(home, RUN, Map.of("seed", "7"));

        // then
        assertThatThrownBy(() -> goOn(Map.of("seed", "7"))).hasMessageContaining("seed was '3407'");
        assertThatCode(() -> goOn(Map.of("seed", "3407"))).doesNotThrowAnyException();
    }

    @Test
    @DisplayName("waits for its model to be put back")
    void vanishedModel() throws IOException {
        // given
        Files.delete(home.model("model"));

        // then
        assertThatThrownBy(() -> goOn(Map.of()))
                .isInstanceOf(RecoverableException.class)
                .hasMessageStartingWith("MEDTUNE000652: The model " + home.model("model") + " is not as it was when the run ")
                .hasMessageContaining("(it is gone). Put it back");

        // when
        Files.createSymbolicLink(home.model("elsewhere"), Golden.MODEL.toAbsolutePath());

        // then: another place of the same model will do too
        assertThatCode(() -> goOn(Map.of("model.folder", "elsewhere"))).doesNotThrowAnyException();
    }

    @Test
    @DisplayName("waits for its dataset to be put back, unless it has read it to the end")
    void vanishedDataset() throws IOException {
        // given
        Files.delete(home.dataset("rows.jsonl"));

        // then
        assertThatThrownBy(() -> goOn(Map.of()))
                .isInstanceOf(RecoverableException.class)
                .hasMessageStartingWith("MEDTUNE000653: The dataset " + home.dataset("rows.jsonl"));

        // when
        markFormatted();

        // then
        assertThatCode(() -> goOn(Map.of())).doesNotThrowAnyException();
    }

    @Test
    @DisplayName("does not take other rows for its own before it has read them all")
    void changedDataset() throws IOException {
        // given
        Files.writeString(home.dataset("rows.jsonl"), "{} {}");

        // then
        assertThatThrownBy(() -> goOn(Map.of())).isInstanceOf(RecoverableException.class)
                .hasMessageStartingWith("MEDTUNE000653: ").hasMessageContaining("its content has changed");

        // when
        markFormatted();

        // then: a file that grows, such as that of the answers that were rated
        assertThatCode(() -> goOn(Map.of())).doesNotThrowAnyException();
    }

    @Test
    @DisplayName("finds its dataset under another name, and refuses another one, even after it has read it")
    void movedDataset() throws IOException {
        // given
        Files.move(home.dataset("rows.jsonl"), home.dataset("moved.jsonl"));
        Files.writeString(home.dataset("other.jsonl"), "{} {}");
        markFormatted();

        // then
        assertThatCode(() -> goOn(Map.of("dataset.file", "moved.jsonl"))).doesNotThrowAnyException();
        assertThatThrownBy(() -> goOn(Map.of("dataset.file", "other.jsonl")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(
                        "MEDTUNE000655: dataset.file was 'rows.jsonl' when the run began, and is now 'other.jsonl'");
        assertThatThrownBy(() -> goOn(Map.of("dataset.file", "absent.jsonl")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("MEDTUNE000011: dataset.file is absent.jsonl");
    }

    @Test
    @DisplayName("hears of the surroundings and of its parameters together, and can only go on when both are mended")
    void both() throws IOException {
        // given
        Files.delete(home.dataset("rows.jsonl"));
        Files.delete(home.model("model"));

        assertThatThrownBy(() -> goOn(Map.of())).isInstanceOf(RecoverableException.class)
                .hasMessageStartingWith("MEDTUNE000651: The run cannot go on yet. MEDTUNE000652: ")
                .hasMessageContaining("MEDTUNE000653: ");
        assertThatThrownBy(() -> goOn(Map.of("seed", "7"))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("MEDTUNE000652: ").hasMessageContaining("seed was '3407'");
    }

    @Test
    @DisplayName("whose folder tells nothing of its beginning is checked as one that begins")
    void noBeginning() {
        RunFolder other = RunFolder.prepare(home, new RunKey(2, Instant.EPOCH), Map.of("seed", "7"));

        assertThatCode(() -> FineTuneRequest.ofRun(home, BEGAN, other)).doesNotThrowAnyException();
        assertThat(other.beginning()).isEmpty();
    }

    @Test
    @DisplayName("has its answer to each parameter in the operator's handbook")
    void documentation() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("docs/operations.md"));
        for (FineTuneParameter parameter : FineTuneParameter.values()) {
            if (parameter.atRestart() != FineTuneParameter.AtRestart.FIXED) {
                assertThat(lines).as(parameter.key())
                        .anyMatch(line -> line.startsWith("| `" + parameter.key() + "` |"));
            }
        }
    }

    /** What a restart does: the request is checked, and then what it names. */
    private FineTuneRequest goOn(Map<String, String> changed) {
        Map<String, String> parameters = new HashMap<>(BEGAN);
        parameters.putAll(changed);
        FineTuneRequest request = FineTuneRequest.ofRun(home, parameters, run);
        run.checkContents(request);
        run.begin(request, parameters);
        return request;
    }

    private void markFormatted() throws IOException {
        Files.createDirectories(run.dataset());
        Files.writeString(run.dataset().resolve(TokenizedDatasetWriter.SUMMARY_FILE), "{}");
    }
}
