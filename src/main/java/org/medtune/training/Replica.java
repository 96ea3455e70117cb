package org.medtune.training;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraGradient;
import org.medtune.model.CausalLanguageModel;

/**
 * One device's part in training: the adapter there, and a gradient of its own. The first works in the thread of the
 * caller and with the adapter in training; every other has a thread, which lives as long as it does since libtorch
 * keeps handles and work space by thread, and a copy of the adapter. Closing releases what is its own.
 */
final class Replica implements AutoCloseable {

    private final int place;
    private final LoraAdapter adapter;
    private final LoraGradient gradient;
    private final GradientAccumulator accumulator;
    private final ExecutorService thread;

    /**
     * A replica with a gradient of zeros.
     *
     * @param model the frozen model on the replica's device
     * @param trained the adapter in training
     * @param place number of the device, from 0
     */
    Replica(CausalLanguageModel model, LoraAdapter trained, int place, GradientCheckpointing checkpointing) {
        this.place = place;
        this.adapter = place == 0 ? trained : trained.copyOn(model);
        try {
            this.gradient = adapter.newGradient();
        } catch (RuntimeException | Error e) {
            closeCopy();
            throw e;
        }
        this.accumulator = new GradientAccumulator(model, adapter, gradient, checkpointing);
        this.thread = place == 0 ? null : Executors.newSingleThreadExecutor(work -> {
            Thread made = new Thread(work, "medtune-training-" + model.device().deviceName());
            made.setDaemon(true);
            return made;
        });
    }

    /** Number of the device, from 0. */
    int place() {
        return place;
    }

    LoraAdapter adapter() {
        return adapter;
    }

    LoraGradient gradient() {
        return gradient;
    }

    GradientAccumulator accumulator() {
        return accumulator;
    }

    /** Does its share of the work in its own thread. */
    CompletableFuture<Void> begin(StepWork work) {
        return CompletableFuture.runAsync(() -> work.run(this), thread);
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.shutdown();
        }
        gradient.close();
        closeCopy();
    }

    private void closeCopy() {
        if (place > 0) {
            adapter.close();
        }
    }
}
