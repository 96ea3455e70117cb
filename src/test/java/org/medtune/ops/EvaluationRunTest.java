package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.medtune.dataset.DatasetRow;
import org.medtune.dataset.ExampleReader;
import org.medtune.dataset.FieldNames;
import org.medtune.dataset.PromptTemplate;
import org.medtune.dataset.QuestionLanguage;
import org.medtune.dataset.ReasoningExample;
import org.medtune.dataset.RowSelection;
import org.medtune.evaluation.ChoiceQuestion;
import org.medtune.evaluation.EvaluationItem;
import org.medtune.evaluation.EvaluationReport;
import org.medtune.evaluation.EvaluationSubject;
import org.medtune.evaluation.Figure;
import org.medtune.evaluation.ItemResult;
import org.medtune.evaluation.Measure;
import org.medtune.generation.TextGenerator;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.Quantization;
import org.medtune.model.Tokenizer;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.ElementType;
import org.medtune.testing.Golden;
import org.medtune.testing.GoldenRows;

@DisplayName("An evaluation")
class EvaluationRunTest {

    private static final int NEW_TOKENS = 6;
    private static final PromptTemplate TEMPLATE = PromptTemplate.named(PromptTemplate.DEFAULT_NAME);

    @TempDir
    private Path folder;

    private final BaseModels models = new BaseModels();

    @AfterEach
    void close() {
        models.close();
    }

    @Test
    @DisplayName("goes on behind the last result after a stop within an item, and its report is the same to the byte")
    void stopAndRestart() throws IOException {
        // given
        EvaluationPlan plan = plan(Optional.of(Golden.FOLDER.resolve("lora-r16-final")), 2);
        EvaluationFolder unbroken = new EvaluationFolder(folder.resolve("unbroken"));
        EvaluationFolder stopped = new EvaluationFolder(folder.resolve("stopped"));
        evaluate(plan, unbroken);

        // when: one item, a stop in the next one, and a new beginning
        try (EvaluationRun evaluation = EvaluationRun.open(plan, stopped, models)) {
            evaluation.keep(evaluation.evaluate(() -> false).orElseThrow());
            assertThat(evaluation.evaluate(() -> true)).isEmpty();
            assertThat(evaluation.healthy()).isFalse();
            assertThat(evaluation.done()).isEqualTo(1);
        }
        int again = evaluate(plan, stopped);

        // then
        assertThat(again).isEqualTo(plan.items().size() - 1);
        assertThat(stopped.results()).hasSameBinaryContentAs(unbroken.results());
        for (String file : EvaluationFolder.REPORT_FILES) {
            assertThat(stopped.file(file).orElseThrow()).hasSameBinaryContentAs(unbroken.file(file).orElseThrow());
        }
    }

    @Test
    @DisplayName("has the answers and likelihoods that either model has by itself")
    void figures() throws IOException {
        // given
        EvaluationPlan plan = plan(Optional.of(Golden.FOLDER.resolve("lora-r16-final")), 8);
        EvaluationFolder into = new EvaluationFolder(folder.resolve("evaluation"));

        // when
        evaluate(plan, into);

        // then
        EvaluationReport report = into.report().read().orElseThrow();
        ItemResult sample = report.sample().orElseThrow();
        try (BaseModels.Lease base = models.lend(plan.model()); Tokenizer tokenizer = Tokenizer.open(Golden.MODEL)) {
            CausalLanguageModel model = base.model();
            int[] ids = new TextGenerator(model).greedy(
                    tokenizer.encodeWithBeginOfSentence(TEMPLATE.inferencePrompt(sample.question())), NEW_TOKENS,
                    tokenizer.stopIds(), model.noAdapter());
            assertThat(sample.base().answer().text()).isEqualTo(tokenizer.decode(ids));
            assertThat(sample.base().answer().tokens()).isEqualTo(NEW_TOKENS);
            assertThat(sample.fineTuned().answer().text()).isNotEqualTo(sample.base().answer().text());
        }
        JsonNode recorded = Golden.json("train").get(0);
        Figure nll = report.figure(Measure.NLL).orElseThrow();
        assertThat(nll.items()).isEqualTo(8);
        assertThat(nll.base()).isCloseTo(recorded.get("eval_nll_before").asDouble(), within(1e-4));
        assertThat(nll.fineTuned()).isCloseTo(recorded.get("eval_nll_after").asDouble(), within(1e-4));
        assertThat(nll.interval().high()).isNegative();
        assertThat(report.figure(Measure.ROUGE_L).orElseThrow().items()).isEqualTo(1);
        assertThat(report.figure(Measure.ACCURACY).orElseThrow().items()).isEqualTo(1);
        // six tokens are no answer
        assertThat(report.figure(Measure.ENDED).orElseThrow().base()).isZero();
        assertThat(report.figure(Measure.UNANSWERED).orElseThrow().base()).isEqualTo(1);
    }

    @Test
    @DisplayName("of the base model alone has no differences")
    void baseAlone() throws IOException {
        EvaluationFolder into = new EvaluationFolder(folder.resolve("evaluation"));

        evaluate(plan(Optional.empty(), 1), into);

        assertThat(into.report().read().orElseThrow().figures()).isNotEmpty()
                .allSatisfy(figure -> assertThat(figure.fineTuned()).isNull());
        assertThat(Files.readString(into.file("report.zh.html").orElseThrow())).contains("无，仅评估基础模型");
    }

    private int evaluate(EvaluationPlan plan, EvaluationFolder into) {
        int items = 0;
        try (EvaluationRun evaluation = EvaluationRun.open(plan, into, models)) {
            while (!evaluation.complete()) {
                evaluation.keep(evaluation.evaluate(() -> false).orElseThrow());
                items++;
            }
            evaluation.finish();
        }
        return items;
    }

    private static EvaluationPlan plan(Optional<Path> adapter, int rows) {
        EvaluationSubject subject = new EvaluationSubject("test", "2026-01-02T03:04:05Z", "tiny",
                adapter.map(path -> "mine").orElse(null), "rows.jsonl", true, TEMPLATE.name(), NEW_TOKENS, "CPU", 1);
        ModelChoice model =
                new ModelChoice(Golden.MODEL, ComputeDevice.CPU, ElementType.FLOAT32, Quantization.NONE);
        return new EvaluationPlan(subject, model, adapter, TEMPLATE, items(rows), () -> Optional.of(List.of()));
    }

    /** The last rows of those that the recorded run did not train on, one of them answered, and other questions. */
    private static List<EvaluationItem> items(int rows) {
        List<EvaluationItem> items = new ArrayList<>();
        items.add(EvaluationItem.sample("发热三天，应如何处理？"));
        try (ExampleReader reader = ExampleReader.open(Path.of("data/medical-reasoning-sample-zh.jsonl"),
                FieldNames.DEFAULT, new RowSelection(80, QuestionLanguage.ANY))) {
            for (Optional<DatasetRow> row = reader.next(); row.isPresent(); row = reader.next()) {
                int number = (int) row.get().number();
                ReasoningExample example = row.get().example().orElseThrow();
                if (number > 80 - rows) {
                    items.add(EvaluationItem.row(number, example.question(), example.response(),
                            GoldenRows.tokenIds(number - 1), items.size() == 1));
                }
            }
        }
        items.add(EvaluationItem.choice(1, new ChoiceQuestion("首选哪种药物？", List.of("青霉素", "阿司匹林"), "A")));
        return items;
    }
}
