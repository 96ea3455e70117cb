package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;
import static org.medtune.ops.FineTuneParameter.EVALUATION_MAX_NEW_TOKENS;
import static org.medtune.ops.FineTuneParameter.EVALUATION_QUESTION;

import java.nio.file.Path;
import java.util.List;
import org.medtune.StopSignal;
import org.medtune.adapter.AdapterFolder;
import org.medtune.adapter.LoraAdapter;
import org.medtune.dataset.TokenizedDataset;
import org.medtune.dataset.TokenizedDatasetWriter;
import org.medtune.dataset.TokenizedExample;
import org.medtune.evaluation.HeldOutLoss;
import org.medtune.generation.TextGenerator;
import org.medtune.model.ActiveAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.Tokenizer;
import org.medtune.training.CheckpointStore;

/**
 * Compares a trained run with its base model.
 *
 * @param request what the run was asked for
 * @param folder  the run's
 * @param models  the server's base models
 * @param stop    looked at between rows and tokens
 */
public record RunEvaluator(FineTuneRequest request, RunFolder folder, BaseModels models, StopSignal stop) {

    /**
     * Evaluates the newest checkpoint.
     *
     * @throws org.medtune.StoppedException     if a stop is asked for; nothing has been kept then
     * @throws org.medtune.RecoverableException if there is none, or memory does not suffice
     */
    public RunEvaluation evaluate() {
        TokenizedDataset dataset =
                TokenizedDataset.open(folder.dataset().resolve(TokenizedDatasetWriter.TOKENIZED_FILE));
        ModelChoice choice = ModelChoice.of(request);
        CheckpointStore checkpoints = checkpoints(choice, dataset);
        Path checkpoint = checkpoints.newestIntact().orElseThrow(() -> MESSAGES.noCheckpoint(folder.path()));
        try (BaseModels.Lease base = models.lend(choice, stop);
                LoraAdapter adapter = AdapterFolder.open(checkpoint).load(base.model());
                Tokenizer tokenizer = Tokenizer.open(request.modelFolder())) {
            ActiveAdapter none = base.model().noAdapter();
            List<int[]> rows = dataset.heldOut().stream().map(TokenizedExample::inputIds).toList();
            return new RunEvaluation(
                    rows.isEmpty() ? new RunEvaluation.HeldOutNll(0, null, null)
                            : new RunEvaluation.HeldOutNll(rows.size(), nll(base.model(), rows, none),
                                    nll(base.model(), rows, adapter.active())),
                    new RunEvaluation.Sample(request.parameters().text(EVALUATION_QUESTION),
                            answer(base.model(), tokenizer, none), answer(base.model(), tokenizer, adapter.active())));
        }
    }

    /** The run's checkpoints. */
    CheckpointStore checkpoints(ModelChoice choice, TokenizedDataset dataset) {
        FineTuneRecipe recipe = new FineTuneRecipe(request.parameters());
        return new CheckpointStore(folder.checkpoints(), recipe.fingerprint(choice, dataset.fingerprint()),
                choice.folder().toString(), recipe.adapterRecord(choice));
    }

    private double nll(CausalLanguageModel model, List<int[]> rows, ActiveAdapter adapter) {
        return HeldOutLoss.of(model, rows, adapter, stop).meanNegativeLogLikelihood();
    }

    private String answer(CausalLanguageModel model, Tokenizer tokenizer, ActiveAdapter adapter) {
        FineTuneRecipe recipe = new FineTuneRecipe(request.parameters());
        String prompt = recipe.promptTemplate().inferencePrompt(request.parameters().text(EVALUATION_QUESTION));
        int[] ids = new TextGenerator(model).greedy(tokenizer.encodeWithBeginOfSentence(prompt),
                request.parameters().integer(EVALUATION_MAX_NEW_TOKENS), tokenizer.stopIds(), adapter, stop);
        return tokenizer.decodeSkippingSpecialTokens(ids);
    }
}
