package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.medtune.StopSignal;
import org.medtune.adapter.LoraAdapter;
import org.medtune.dataset.TokenizedDataset;
import org.medtune.dataset.TokenizedDatasetWriter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.Quantization;
import org.medtune.tensor.TensorRuntime;
import org.medtune.training.AtomicFolder;
import org.medtune.training.CheckpointStore;
import org.medtune.training.LoraTrainer;
import org.medtune.training.Packing;
import org.medtune.training.RowOrder;
import org.medtune.training.SequencePacks;
import org.medtune.training.StepReport;
import org.medtune.training.TrainingConfiguration;

/**
 * The training of one run, from its newest intact checkpoint or from the beginning, with its metrics. Used by one
 * thread; closing releases its native memory and gives the base model back.
 */
public final class TrainingRun implements AutoCloseable {

    private final RunFolder folder;
    private final EventFile events;
    private final TrainingConfiguration configuration;
    private final CheckpointStore checkpoints;
    private final List<BaseModels.Lease> bases;
    private final LoraAdapter adapter;
    private final LoraTrainer trainer;
    private final int checkpointLimit;
    private double secondsOfSteps;
    private int stepsHere;
    private boolean healthy = true;
    private int stepsKept;

    private TrainingRun(RunFolder folder, EventFile events, TrainingConfiguration configuration,
                        CheckpointStore checkpoints, List<BaseModels.Lease> bases, LoraAdapter adapter,
                        LoraTrainer trainer, int checkpointLimit) {
        this.folder = folder;
        this.events = events;
        this.configuration = configuration;
        this.checkpoints = checkpoints;
        this.bases = bases;
        this.adapter = adapter;
        this.trainer = trainer;
        this.checkpointLimit = checkpointLimit;
        this.stepsKept = trainer.stepsDone();
    }

    /**
     * Loads what is needed and goes to where the run stands.
     *
     * @param stop looked at while the base models are loaded
     * @throws org.medtune.StoppedException      if that asks for a stop
     * @throws org.medtune.InvalidInputException if something in the request, or the checkpoint, does not fit
     * @throws org.medtune.RecoverableException  if memory or disk do not suffice
     */
    public static TrainingRun open(
            FineTuneRequest request, RunFolder folder, BaseModels models, StopSignal stop) {
        FineTuneRecipe recipe = new FineTuneRecipe(request.parameters());
        TokenizedDataset dataset =
                TokenizedDataset.open(folder.dataset().resolve(TokenizedDatasetWriter.TOKENIZED_FILE));
        if (dataset.trainingRows() == 0) {
            throw MESSAGES.noTrainingRows(dataset.heldOut().size(), folder.dataset());
        }
        List<ModelChoice> choices = ModelChoice.replicas(request);
        ModelChoice choice = choices.get(0);
        Optional<SequencePacks> packs = recipe.packs(dataset);
        int sequences = packs.map(SequencePacks::count).orElse(dataset.trainingRows());
        TrainingConfiguration configuration = recipe.training(sequences);
        CheckpointStore checkpoints = new CheckpointStore(folder.checkpoints(),
                recipe.fingerprint(choice, dataset.fingerprint()), choice.folder().toString(),
                recipe.adapterRecord(choice));
        removeRemains(folder);
        Optional<Path> newest = checkpoints.newestIntact();
        List<BaseModels.Lease> bases = models.lendAll(choices.stream().map(recipe::trainingBase).toList(), stop);
        List<CausalLanguageModel> replicas = bases.stream().map(BaseModels.Lease::model).toList();
        CausalLanguageModel first = replicas.get(0);
        LoraAdapter adapter = null;
        LoraTrainer trainer = null;
        try {
            adapter = newest.map(path -> checkpoints.loadAdapter(path, first))
                    .orElseGet(() -> recipe.firstAdapter(first, choice));
            trainer = new LoraTrainer(replicas, adapter, configuration, dataset::training,
                    packs.map(Packing.class::cast).orElse(Packing.NONE),
                    RowOrder.shuffled(sequences, configuration.rowsPerStep(), configuration.seed()));
            if (newest.isPresent()) {
                checkpoints.restore(newest.get(), trainer);
            }
            trainer.watch(recipe.watchdog());
            folder.metrics().cutAfter(trainer.stepsDone());
            EventFile events = EventFile.begin(folder.tensorBoard(), trainer.stepsDone() + 1, Instant.now());
            tellSetUp(choices, first);
            return new TrainingRun(folder, events, configuration, checkpoints, bases, adapter, trainer,
                    request.parameters().integer(FineTuneParameter.SAVE_TOTAL_LIMIT));
        } catch (RuntimeException | Error e) {
            if (trainer != null) {
                trainer.close();
            }
            if (adapter != null) {
                adapter.close();
            }
            bases.forEach(BaseModels.Lease::close);
            throw e;
        }
    }

    /** Steps of the whole run. */
    public int totalSteps() {
        return configuration.maxSteps();
    }

    /** Steps done, those before a restart included. */
    public int stepsDone() {
        return trainer.stepsDone();
    }

    /** Steps that the newest checkpoint keeps. */
    public int stepsKept() {
        return stepsKept;
    }

    /** False after a step or a checkpoint has failed; the run goes on from an earlier checkpoint then. */
    public boolean healthy() {
        return healthy;
    }

    /** Takes the next step and records its metrics. */
    public StepMetrics step() {
        healthy = false;
        StepReport report = trainer.step();
        secondsOfSteps += report.seconds();
        stepsHere++;
        long left = Math.round(secondsOfSteps / stepsHere * (totalSteps() - report.step()));
        StepMetrics metrics = new StepMetrics(report.step(), totalSteps(), report.loss(), report.learningRate(),
                report.gradientNorm(), report.tokens(), report.tokens() / report.seconds(), left, report.lossScale(),
                report.skipped());
        folder.metrics().append(metrics);
        events.append(metrics, Instant.now());
        healthy = true;
        return metrics;
    }

    /** Makes a checkpoint of where the run stands; at the very beginning there is nothing to keep. */
    public void save() {
        if (stepsDone() > 0) {
            healthy = false;
            checkpoints.save(trainer);
            stepsKept = stepsDone();
            healthy = true;
        }
    }

    /**
     * Removes the oldest checkpoints, down to {@code save.total.limit}, but none that was published.
     *
     * @param namedStep the step of one that stays, since others rely on it
     */
    public void removeOldCheckpoints(MedtuneHome home, int namedStep) {
        PublishedAdapters published = new PublishedAdapters(home.adapters());
        checkpoints.keepNewest(checkpointLimit,
                checkpoint -> CheckpointStore.step(checkpoint) == namedStep || published.contain(checkpoint));
    }

    @Override
    public void close() {
        // the models are others' too, whatever becomes of what is the run's own
        try (LoraAdapter closedSecond = adapter; LoraTrainer closedFirst = trainer) {
            bases.forEach(BaseModels.Lease::close);
        }
    }

    static void tellSetUp(List<ModelChoice> choices, CausalLanguageModel model) {
        ModelChoice choice = choices.get(0);
        MESSAGES.trainingSetUp(
                choices.stream().map(c -> c.device().description()).collect(Collectors.joining(", ")),
                choice.precision(),
                choice.quantization() == Quantization.NONE ? choice.precision() : "4 bits (NF4)",
                model.attention().label() + (model.fused() ? ", fused kernels" : ""), TensorRuntime.describe());
    }

    private static void removeRemains(RunFolder folder) {
        try {
            AtomicFolder.deleteRemains(folder.checkpoints());
        } catch (IOException e) {
            throw MESSAGES.runFolderUnusable(folder.checkpoints(), e.toString(), e);
        }
    }
}
