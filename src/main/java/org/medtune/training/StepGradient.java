package org.medtune.training;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.medtune.adapter.LoraAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * The gradient of an optimizer step, computed on one device or on several of one host. Every device has a replica of
 * the frozen model and of the adapter, and works in a thread of its own. Part i of a step is the work of device i
 * modulo their number, whichever is faster, and the devices' gradients are added up in one order: so a run repeats to
 * the last bit on the same number of devices, and on another number it differs by the order of summation alone.
 *
 * <p>The adapter's values are sent to the other devices at the beginning of a step, before anything is computed.
 * Whatever fails in a step, on whichever device, leaves adapter and optimizer as they were. Used by one thread; closing
 * ends the other threads and releases all but the adapter and the models.
 */
final class StepGradient implements AutoCloseable {

    private final LoraAdapter adapter;
    private final List<Replica> replicas = new ArrayList<>();

    /**
     * One micro-batch of a step.
     *
     * @param rows token ids
     * @param dropoutSeed of the micro-batch's place in the run, whichever device computes it
     */
    record Part(List<int[]> rows, long dropoutSeed) {}

    /**
     * A gradient of zeros.
     *
     * @param models the frozen model on each device, the one that the adapter is on first; a model may be there twice
     */
    StepGradient(List<CausalLanguageModel> models, LoraAdapter adapter, GradientCheckpointing checkpointing) {
        this.adapter = adapter;
        try {
            for (int i = 0; i < models.size(); i++) {
                replicas.add(new Replica(models.get(i), adapter, i, checkpointing));
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** The flat vector on the adapter's device, which {@link #compute} makes. Owned by this object. */
    Tensor flat() {
        return replicas.get(0).gradient().flat();
    }

    /**
     * Makes the gradient of a whole step.
     *
     * @param gradientScale factor of the summed negative log likelihood whose gradient it is
     * @return the summed negative log likelihood of all parts, in nats
     */
    double compute(List<Part> parts, double gradientScale) {
        double[] losses = new double[parts.size()];
        replicas.stream().skip(1).forEach(replica -> replica.adapter().takeValuesOf(adapter));
        StepWork work = new StepWork(parts, gradientScale, replicas.size(), losses);
        List<CompletableFuture<Void>> others = replicas.stream().skip(1).map(replica -> replica.begin(work)).toList();
        work.run(replicas.get(0));
        // a join lets nobody interrupt it: the devices use memory that is released after a step
        others.forEach(CompletableFuture::join);
        work.throwFailure();
        addUp(Math.min(parts.size(), replicas.size()));
        replicas.get(0).gradient().complete();
        double sum = 0;
        for (double loss : losses) {
            sum += loss;
        }
        return sum;
    }

    @Override
    public void close() {
        replicas.forEach(Replica::close);
    }

    private void addUp(int used) {
        for (Replica replica : replicas.subList(1, used)) {
            try (TensorScope scope = adapter.newScope()) {
                scope.call("add_scaled", flat(), replica.gradient().flat(), 1.0);
            }
        }
    }
}
