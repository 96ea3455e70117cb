package org.medtune.training;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.medtune.adapter.LoraAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.tensor.TensorScope;

/**
 * Trains an adapter on a frozen model, one optimizer step at a time. Everything a step does is a function of the
 * state, the configuration and the step's number. Used by one thread. Closing releases gradient and optimizer state;
 * adapter and model belong to the caller.
 */
public final class LoraTrainer implements AutoCloseable {

    private final TrainingConfiguration configuration;
    private final TrainingRows rows;
    private final RowOrder order;
    private final CausalLanguageModel model;
    private final LoraAdapter adapter;
    private final StepGradient gradient;
    private final AdamW optimizer;
    private final List<StepReport> history = new ArrayList<>();

    /** A trainer on one device. */
    public LoraTrainer(CausalLanguageModel model, LoraAdapter adapter, TrainingConfiguration configuration,
            TrainingRows rows, RowOrder order) {
        this(List.of(model), adapter, configuration, rows, order);
    }

    /**
     * A trainer before its first step. The micro-batches of a step are spread over devices: what is computed does not
     * depend on their number, but for the order in which gradients are added up.
     *
     * @param models the same frozen model on each device; the adapter is on the first, and so is the optimizer
     * @param rows token ids by row, at least two each; asked for by the caller of {@link #step} alone
     * @param order which rows a step takes
     */
    public LoraTrainer(List<CausalLanguageModel> models, LoraAdapter adapter, TrainingConfiguration configuration,
            TrainingRows rows, RowOrder order) {
        this.model = models.get(0);
        this.adapter = adapter;
        this.configuration = configuration;
        this.rows = rows;
        this.order = order;
        this.gradient = new StepGradient(models, adapter, configuration.gradientCheckpointing());
        this.optimizer = new AdamW(model, adapter, gradient.flat(), configuration.adam());
    }

    /** Optimizer steps taken. */
    public int stepsDone() {
        return history.size();
    }

    /** What each step did, from the first. */
    public List<StepReport> history() {
        return Collections.unmodifiableList(history);
    }

    /** The adapter in training. */
    public LoraAdapter adapter() {
        return adapter;
    }

    /**
     * Takes the next optimizer step: gradients over all micro-batches, scaled by the number of predicted tokens of the
     * whole step; clipping; AdamW.
     *
     * @throws org.medtune.RecoverableException when loss or gradient are no numbers, or when memory runs out on one of
     *     the devices; adapter and optimizer state are as before the step unless it is the optimizer that failed
     */
    public StepReport step() {
        long started = System.nanoTime();
        int step = stepsDone() + 1;
        List<int[]> batch = Arrays.stream(order.rows(step)).mapToObj(rows::tokenIds).toList();
        long tokens = batch.stream().mapToLong(ids -> ids.length - 1L).sum();
        double loss = gradient.compute(parts(step, batch), 1.0 / tokens) / tokens;
        double norm = clip();
        if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
            throw MESSAGES.notANumber(step, loss, norm);
        }
        double learningRate = configuration.learningRate(step);
        optimizer.step(learningRate);
        adapter.refresh();
        double seconds = (System.nanoTime() - started) / 1e9;
        StepReport report = new StepReport(step, loss, norm, learningRate, tokens, seconds);
        history.add(report);
        return report;
    }

    /** How it is trained. */
    TrainingConfiguration configuration() {
        return configuration;
    }

    /** Opens a scope on the model's device that the caller closes. */
    TensorScope newScope() {
        return model.newScope();
    }

    /** The optimizer, whose state belongs to a checkpoint. */
    AdamW optimizer() {
        return optimizer;
    }

    /** Takes an earlier run's history over; its last step is the last one done. */
    void restoreHistory(List<StepReport> earlier) {
        history.clear();
        history.addAll(earlier);
    }

    @Override
    public void close() {
        optimizer.close();
        gradient.close();
    }

    private List<StepGradient.Part> parts(int step, List<int[]> batch) {
        List<StepGradient.Part> parts = new ArrayList<>();
        for (int start = 0; start < batch.size(); start += configuration.microBatchSize()) {
            int end = Math.min(start + configuration.microBatchSize(), batch.size());
            parts.add(new StepGradient.Part(batch.subList(start, end),
                    Seeds.mix(configuration.seed(), step, parts.size())));
        }
        return parts;
    }

    private double clip() {
        try (TensorScope work = model.newScope()) {
            return work.callForTensor("clip_gradient", gradient.flat(), configuration.maxGradientNorm()).toDouble();
        }
    }
}
