package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.medtune.InvalidInputException;
import org.medtune.dataset.HeldOutSplit;
import org.medtune.evaluation.EvaluationItem;
import org.medtune.testing.Golden;

@DisplayName("A request for an evaluation")
class EvaluationRequestTest {

    private static final RunKey RUN = new RunKey(7, Instant.EPOCH);

    @TempDir
    private Path folder;

    private MedtuneHome home;

    @BeforeEach
    void makeHome() {
        home = new MedtuneHome(folder, Path.of("models").toAbsolutePath(), Path.of("data").toAbsolutePath(),
                List.of(folder, Golden.FOLDER.toAbsolutePath()));
    }

    @Test
    @DisplayName("takes the held-out rows that training holds out, and looks for those that were nearly trained on")
    void heldOut() throws IOException {
        // given: a question that is held out, and its like with other punctuation, which is not
        Path dataset = Files.writeString(folder.resolve("rows.jsonl"), Files.readString(
                Path.of("data/medical-reasoning-sample-zh.jsonl")));
        EvaluationPlan all = plan(Map.of("dataset.file", dataset.toString(), "device", "cpu"));
        EvaluationPlan heldOut = plan(Map.of("dataset.file", dataset.toString(), "evaluation.rows", "held-out",
                "evaluation.generation.rows", "1", "device", "cpu"));

        // then
        assertThat(all.items()).hasSize(160);
        assertThat(all.duplicates().get()).isEmpty();
        assertThat(all.subject().heldOut()).isFalse();
        assertThat(heldOut.items()).hasSizeBetween(2, 20).allSatisfy(item -> assertThat(item.inputIds()).isNotEmpty());
        assertThat(heldOut.items().stream().filter(EvaluationItem::answered)).hasSize(1);
        assertThat(heldOut.duplicates().get()).isPresent();
        assertThat(heldOut.subject().adapter()).isNull();

        // given
        EvaluationItem copied = heldOut.items().get(0);
        Files.writeString(dataset, """
                {"Question": "%s", "Complex_CoT": "r", "Response": "a"}
                {"Question": "%s", "Complex_CoT": "r", "Response": "a"}
                {"Question": "x", "Complex_CoT": 3}
                """.formatted(copied.question(), trained(copied.question())));

        // when
        EvaluationPlan small = plan(Map.of("dataset.file", dataset.toString(), "evaluation.rows", "held-out"));

        // then
        assertThat(small.items()).hasSize(1);
        assertThat(small.duplicates().get().orElseThrow()).singleElement()
                .satisfies(pair -> assertThat(pair.trainingRow()).isEqualTo(2));
    }

    /** The question with so many full stops that it is on the side of training. */
    private static String trained(String question) {
        String changed = question + "。";
        while (new HeldOutSplit(0.05).isHeldOut(changed)) {
            changed += "。";
        }
        return changed;
    }

    @Test
    @DisplayName("takes from an adapter what it was trained with")
    void adapter() throws IOException {
        EvaluationRequest request = EvaluationRequest.of(home, Map.of(
                "adapter", Golden.FOLDER.resolve("lora-r16-final").toAbsolutePath().toString(),
                "model.folder", "tiny-med-qwen2", "dataset.format", "multiple-choice",
                "dataset.file", choices().toString(), "device", "cpu"));

        EvaluationPlan plan = new DatasetEvaluator(request, RUN).plan();

        assertThat(plan.adapter()).isPresent();
        assertThat(plan.subject().adapter()).isEqualTo("lora-r16-final");
        assertThat(plan.items()).singleElement()
                .satisfies(item -> assertThat(item.question()).contains("A. x\nB. y"));
    }

    @Test
    @DisplayName("is refused with all that is wrong at once")
    void refusal() throws IOException {
        Map<String, String> texts = Map.of("adaptor", "x", "adapter", "missing", "dataset.format", "choices",
                "evaluation.rows", "some", "model.folder", "nowhere", "evaluation.max.new.tokens", "0");

        assertThatThrownBy(() -> EvaluationRequest.of(home, texts)).isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000001")
                .hasMessageContaining("did you mean adapter?")
                .hasMessageContaining("missing")
                .hasMessageContaining("dataset.format is 'choices'; give one of reasoning, multiple-choice.")
                .hasMessageContaining("evaluation.rows is 'some'; give one of all, held-out.")
                .hasMessageContaining("model.folder is nowhere")
                .hasMessageContaining("evaluation.max.new.tokens is 0; it must be at least 1.");
        assertThatThrownBy(() -> EvaluationRequest.of(home, Map.of("adapter", "../../etc")))
                .hasMessageContaining("MEDTUNE000932: adapter is ../../etc");
        Path noChoices = Files.writeString(folder.resolve("rows.json"), "[{\"question\": \"?\"}]");
        assertThatThrownBy(() -> EvaluationRequest.of(home, Map.of("dataset.format", "multiple-choice",
                "dataset.file", noChoices.toString()))).hasMessageContaining("MEDTUNE000820");
    }

    @Test
    @DisplayName("has no plan where nothing is left to evaluate")
    void nothing() throws IOException {
        Path dataset = Files.writeString(folder.resolve("rows.jsonl"),
                "{\"Question\": \"q\", \"Complex_CoT\": \"r\", \"Response\": \"a\"}\n");

        assertThatThrownBy(() -> plan(Map.of("dataset.file", dataset.toString(), "evaluation.rows", "held-out",
                "evaluation.share", "0.000001"))).hasMessageStartingWith("MEDTUNE000821")
                .hasMessageContaining("evaluation.share");
    }

    private Path choices() throws IOException {
        return Files.writeString(folder.resolve("choices.json"),
                "[{\"question\": \"?\", \"options\": [\"x\", \"y\"], \"answer\": \"A\"}]");
    }

    private EvaluationPlan plan(Map<String, String> texts) {
        return new DatasetEvaluator(EvaluationRequest.of(home, texts), RUN).plan();
    }
}
