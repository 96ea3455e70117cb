package org.medtune.training;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraGradient;
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
    private final Packing packing;
    private final RowOrder order;
    private final CausalLanguageModel model;
    private final LoraAdapter adapter;
    private final LoraGradient gradient;
    private final AdamW optimizer;
    private final GradientAccumulator accumulator;
    private final List<StepReport> history = new ArrayList<>();

    /** A trainer before its first step whose sequences are single rows. */
    public LoraTrainer(CausalLanguageModel model, LoraAdapter adapter, TrainingConfiguration configuration,
            TrainingRows rows, RowOrder order) {
        this(model, adapter, configuration, rows, Packing.NONE, order);
    }

    /**
     * A trainer before its first step.
     *
     * @param rows token ids by row; a row needs at least two
     * @param packing which rows make up a sequence
     * @param order which sequences a step takes
     */
    public LoraTrainer(CausalLanguageModel model, LoraAdapter adapter, TrainingConfiguration configuration,
            TrainingRows rows, Packing packing, RowOrder order) {
        this.model = model;
        this.adapter = adapter;
        this.configuration = configuration;
        this.rows = rows;
        this.packing = packing;
        this.order = order;
        this.gradient = adapter.newGradient();
        this.optimizer = new AdamW(model, adapter, gradient, configuration.adam());
        this.accumulator = new GradientAccumulator(model, adapter, gradient, configuration.gradientCheckpointing());
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
     * @throws org.medtune.RecoverableException when loss or gradient are no numbers (adapter and optimizer state are
     *     then as before the step), or when memory runs out
     */
    public StepReport step() {
        long started = System.nanoTime();
        int step = stepsDone() + 1;
        List<List<int[]>> batch = Arrays.stream(order.rows(step)).mapToObj(this::sequence).toList();
        long tokens = batch.stream().flatMap(List::stream).mapToLong(ids -> ids.length - 1L).sum();
        gradient.clear();
        double sum = 0;
        for (int start = 0, micro = 0; start < batch.size(); start += configuration.microBatchSize(), micro++) {
            List<int[]> part = batch.subList(start, Math.min(start + configuration.microBatchSize(), batch.size()))
                    .stream().flatMap(List::stream).toList();
            sum += accumulator.accumulate(part, 1.0 / tokens, Seeds.mix(configuration.seed(), step, micro));
        }
        double loss = sum / tokens;
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

    private List<int[]> sequence(int number) {
        return Arrays.stream(packing.rows(number)).mapToObj(rows::tokenIds).toList();
    }

    private double clip() {
        gradient.complete();
        try (TensorScope work = model.newScope()) {
            return work.callForTensor("clip_gradient", gradient.flat(), configuration.maxGradientNorm()).toDouble();
        }
    }
}
