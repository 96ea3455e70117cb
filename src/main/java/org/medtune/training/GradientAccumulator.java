package org.medtune.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraGradient;
import org.medtune.model.ActiveAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.MicroBatch;
import org.medtune.model.Quantization;
import org.medtune.model.Retention;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * The forward and backward pass of one micro-batch. On the way up each layer keeps its input and what else the mode of
 * gradient checkpointing allows; the rest is computed again on the way down. A layer's memory is released as soon as
 * its gradients are added.
 */
final class GradientAccumulator {

    private final CausalLanguageModel model;
    private final ActiveAdapter adapter;
    private final LoraGradient gradient;
    private final Retention retention;
    private final boolean offload;

    GradientAccumulator(CausalLanguageModel model, LoraAdapter adapter, LoraGradient gradient,
            GradientCheckpointing checkpointing) {
        this.model = model;
        this.adapter = adapter.active();
        this.gradient = gradient;
        this.offload = checkpointing == GradientCheckpointing.OFFLOAD;
        this.retention = switch (checkpointing) {
            case NONE -> Retention.EVERYTHING;
            // who holds the weights in 4 bits wants memory before time
            case ON -> model.quantization() == Quantization.NONE ? Retention.SELECTIVE : Retention.NOTHING;
            case OFFLOAD -> Retention.NOTHING;
        };
    }

    /**
     * Adds the gradient of {@code gradientScale} times the summed negative log likelihood.
     *
     * @param dropoutSeed seed of this micro-batch's position; each layer derives its own
     * @return the summed negative log likelihood, in nats
     */
    double accumulate(List<int[]> rows, double gradientScale, long dropoutSeed) {
        int layers = model.configuration().layers();
        try (TensorScope work = model.newScope()) {
            MicroBatch batch = model.microBatch(work, rows);
            List<Tensor> inputs = new ArrayList<>(layers);
            List<List<Tensor>> kept = new ArrayList<>(layers);
            Tensor x = model.embed(work, batch);
            for (int layer = 0; layer < layers; layer++) {
                List<Tensor> forward = model.layerForward(work, layer, x, batch, adapter,
                        Seeds.mix(dropoutSeed, layer), retention);
                kept.add(forward.subList(1, forward.size()));
                inputs.add(offload ? moved(work, "to_host", x) : x);
                x = forward.get(0);
            }
            List<Tensor> loss = model.nextTokenLoss(work, x, batch, gradientScale);
            x.close();
            Tensor dy = loss.get(1);
            for (int layer = layers - 1; layer >= 0; layer--) {
                Tensor input = offload ? moved(work, "to_device", inputs.get(layer), dy) : inputs.get(layer);
                Tensor dx = model.layerBackward(work, layer, dy, input, kept.get(layer), batch, adapter,
                        gradient.layer(layer), Seeds.mix(dropoutSeed, layer));
                dy.close();
                input.close();
                kept.get(layer).forEach(Tensor::close);
                dy = dx;
            }
            return loss.get(0).toDouble();
        }
    }

    /** A tensor in another place; it leaves the one where it was. */
    private static Tensor moved(TensorScope work, String kernel, Tensor x, Object... arguments) {
        Object[] all = Stream.concat(Stream.of(x), Arrays.stream(arguments)).toArray();
        Tensor moved = work.callForTensor(kernel, all);
        x.close();
        return moved;
    }
}
