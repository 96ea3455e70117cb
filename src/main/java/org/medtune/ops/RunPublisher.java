package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;
import static org.medtune.ops.FineTuneParameter.ADAPTER_NAME;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.medtune.dataset.TokenizedDataset;
import org.medtune.dataset.TokenizedDatasetWriter;
import org.medtune.evaluation.EvaluationReport;
import org.medtune.training.AtomicFolder;

/**
 * Publishes the adapter of an evaluated run, and writes the run's report.
 *
 * @param home    where adapters are published
 * @param request what the run was asked for
 * @param run     the run
 * @param folder  the run's
 */
public record RunPublisher(MedtuneHome home, FineTuneRequest request, RunKey run, RunFolder folder) {

    /**
     * Publishes. No adapter that is there already is ever changed; one that this run has published is found again.
     *
     * @throws org.medtune.RecoverableException if a file cannot be read or written
     */
    public RunReport publish() {
        try {
            TokenizedDataset dataset =
                    TokenizedDataset.open(folder.dataset().resolve(TokenizedDatasetWriter.TOKENIZED_FILE));
            Path checkpoint = new RunEvaluator(request, run, folder)
                    .checkpoints(ModelChoice.of(request), dataset).newestIntact()
                    .orElseThrow(() -> MESSAGES.noCheckpoint(folder.path()));
            AtomicFolder.deleteRemains(home.adapters(), AtomicFolder.LONGEST_WRITING);
            EvaluationReport evaluation = folder.evaluation().report().read()
                    .orElseThrow(() -> MESSAGES.noCheckpoint(folder.path()));
            // whoever gets the adapter's folder knows from the report what it is worth
            List<Path> reports =
                    EvaluationFolder.REPORT_FILES.stream().map(folder.evaluation().path()::resolve).toList();
            Path target = new AdapterPublication(home).publishAsFirstFree(name(), checkpoint, reports);
            List<StepMetrics> steps = folder.metrics().readAll();
            RunEvaluation summary = RunEvaluation.of(evaluation);
            RunReport report = new RunReport(steps.get(0).loss(), steps.get(steps.size() - 1).loss(),
                    summary.heldOutNll(), summary.sample(), evaluation.figures(),
                    new RunReport.Adapter(target.getFileName().toString(), target.toString()));
            folder.report().write(JsonFile.MAPPER.<JsonNode>valueToTree(report));
            return report;
        } catch (IOException e) {
            throw MESSAGES.runFolderUnusable(folder.path(), e.toString(), e);
        }
    }

    private String name() {
        String given = request.parameters().text(ADAPTER_NAME);
        return given.isEmpty() ? AdapterPublication.defaultName(request.modelFolder(), run) : given;
    }
}
