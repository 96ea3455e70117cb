package org.medtune.training;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.medtune.adapter.LoraAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
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
    private final StepGradient gradient;
    private final AdamW optimizer;
    private final Optional<LossScaler> scaler;
    private final List<StepReport> history = new ArrayList<>();
    private LossWatchdog watchdog = LossWatchdog.NONE;

    /** A trainer on one device whose sequences are single rows. */
    public LoraTrainer(CausalLanguageModel model, LoraAdapter adapter, TrainingConfiguration configuration,
            TrainingRows rows, RowOrder order) {
        this(List.of(model), adapter, configuration, rows, Packing.NONE, order);
    }

    /**
     * A trainer before its first step. The micro-batches of a step are spread over devices: what is computed does not
     * depend on their number, but for the order in which gradients are added up.
     *
     * @param models the same frozen model on each device; the adapter is on the first, and so is the optimizer
     * @param rows token ids by row, at least two each; asked for by the caller of {@link #step} alone
     * @param packing which rows make up a sequence
     * @param order which sequences a step takes
     */
    public LoraTrainer(List<CausalLanguageModel> models, LoraAdapter adapter, TrainingConfiguration configuration,
            TrainingRows rows, Packing packing, RowOrder order) {
        this.model = models.get(0);
        this.adapter = adapter;
        this.configuration = configuration;
        this.rows = rows;
        this.packing = packing;
        this.order = order;
        this.gradient = new StepGradient(models, adapter, configuration.gradientCheckpointing());
        try {
            this.optimizer = new AdamW(model, adapter, gradient.flat(), configuration.adam());
        } catch (RuntimeException | Error e) {
            gradient.close();
            throw e;
        }
        this.scaler = model.type() == ElementType.FLOAT16 ? Optional.of(new LossScaler()) : Optional.empty();
    }

    /** Lets a watchdog look at every step's loss from now on, before the step changes anything. */
    public void watch(LossWatchdog newWatchdog) {
        watchdog = newWatchdog;
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
     * <p>In float16 the loss is scaled ({@link LossScaler}). A step whose gradient is no number is skipped: it counts
     * as a step, since its rows have been used, but neither optimizer nor learning rate move on, as in Transformers'
     * {@code Trainer}.
     *
     * @throws org.medtune.RecoverableException when loss or gradient are no numbers (in float16, when no scale is left
     *     to try), when the watchdog sees the loss explode, or when memory runs out on one of the devices; adapter and
     *     optimizer state are as before the step unless it is the optimizer that failed
     */
    public StepReport step() {
        long started = System.nanoTime();
        int step = stepsDone() + 1;
        List<List<int[]>> batch = Arrays.stream(order.rows(step)).mapToObj(this::sequence).toList();
        long tokens = batch.stream().flatMap(List::stream).mapToLong(ids -> ids.length - 1L).sum();
        double scale = scaler.map(LossScaler::scale).orElse(1.0);
        double loss = gradient.compute(parts(step, batch), scale / tokens) / tokens;
        double norm = clip(scale);
        boolean number = Double.isFinite(loss) && Double.isFinite(norm);
        if (!number && scaler.isEmpty()) {
            throw MESSAGES.notANumber(step, loss, norm);
        }
        if (!number && scaler.get().exhausted()) {
            throw MESSAGES.lossScaleExhausted(step, loss, norm, scale);
        }
        double learningRate = configuration.learningRate(optimizer.stepsDone() + 1);
        if (number) {
            watchdog.check(step, loss, history);
            optimizer.step(learningRate);
            adapter.refresh();
        } else {
            MESSAGES.stepSkipped(step, scale, scale * LossScaler.BACKOFF);
        }
        scaler.ifPresent(own -> own.update(!number));
        double seconds = (System.nanoTime() - started) / 1e9;
        StepReport report = new StepReport(step, loss, norm, learningRate, tokens, seconds, scale, !number);
        history.add(report);
        return report;
    }

    /**
     * Makes sure that what a checkpoint would keep are numbers: a step can leave others behind, though its own loss and
     * gradient were numbers.
     *
     * @throws org.medtune.RecoverableException if they are not
     */
    void requireFinite() {
        Map<String, Tensor> state = new TreeMap<>(optimizer.state());
        state.put("adapter", adapter.parameters());
        try (TensorScope work = model.newScope()) {
            state.forEach((name, tensor) -> {
                // codes of 8 bits are numbers whatever they are; their scales are among the others
                if (tensor.type() == ElementType.FLOAT32 && work.callForTensor("is_finite", tensor).toDouble() == 0) {
                    throw MESSAGES.stateNotFinite(stepsDone(), name);
                }
            });
        }
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

    /** What the loss is scaled by, where it is. */
    Optional<LossScaler.State> lossScale() {
        return scaler.map(LossScaler::state);
    }

    /**
     * Goes on after the last step of a history, once adapter and optimizer have the values that they had then.
     *
     * @param lossScale what {@link #lossScale()} was
     */
    void resumeAfter(List<StepReport> earlier, Optional<LossScaler.State> lossScale) {
        history.clear();
        history.addAll(earlier);
        optimizer.resumeAfter((int) earlier.stream().filter(report -> !report.skipped()).count());
        lossScale.ifPresent(state -> scaler.orElseThrow().restore(state));
    }

    @Override
    public void close() {
        optimizer.close();
        gradient.close();
    }

    private List<int[]> sequence(int number) {
        return Arrays.stream(packing.rows(number)).mapToObj(rows::tokenIds).toList();
    }

    private List<StepGradient.Part> parts(int step, List<List<int[]>> batch) {
        List<StepGradient.Part> parts = new ArrayList<>();
        for (int start = 0; start < batch.size(); start += configuration.microBatchSize()) {
            int end = Math.min(start + configuration.microBatchSize(), batch.size());
            parts.add(new StepGradient.Part(batch.subList(start, end).stream().flatMap(List::stream).toList(),
                    Seeds.mix(configuration.seed(), step, parts.size())));
        }
        return parts;
    }

    /** Undoes the scaling of the loss, and clips; the result is the norm between the two. */
    private double clip(double scale) {
        try (TensorScope work = model.newScope()) {
            if (scale != 1) {
                work.call("multiply", gradient.flat(), 1 / scale);
            }
            return work.callForTensor("clip_gradient", gradient.flat(), configuration.maxGradientNorm()).toDouble();
        }
    }
}
