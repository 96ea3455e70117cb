package org.medtune.training;

import java.util.ArrayList;
import java.util.List;
import org.medtune.adapter.LoraAdapter;
import org.medtune.adapter.LoraGradient;
import org.medtune.model.ActiveAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.MicroBatch;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * The forward and backward pass of one micro-batch. With gradient checkpointing only each layer's input is kept on the
 * way up, and the layer is computed again on the way down; without it every layer keeps what its backward pass needs.
 * Either way a layer's memory is released as soon as its gradients are added.
 */
final class GradientAccumulator {

    private final CausalLanguageModel model;
    private final ActiveAdapter adapter;
    private final LoraGradient gradient;
    private final boolean checkpointing;

    GradientAccumulator(CausalLanguageModel model, LoraAdapter adapter, LoraGradient gradient, boolean checkpointing) {
        this.model = model;
        this.adapter = adapter.active();
        this.gradient = gradient;
        this.checkpointing = checkpointing;
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
                inputs.add(x);
                List<Tensor> forward = model.layerForward(work, layer, x, batch, adapter,
                        Seeds.mix(dropoutSeed, layer), !checkpointing);
                kept.add(forward.subList(1, forward.size()));
                x = forward.get(0);
            }
            List<Tensor> loss = model.nextTokenLoss(work, x, batch, gradientScale);
            x.close();
            Tensor dy = loss.get(1);
            for (int layer = layers - 1; layer >= 0; layer--) {
                Tensor dx = backward(work, layer, dy, inputs.get(layer), kept.get(layer), batch,
                        Seeds.mix(dropoutSeed, layer));
                dy.close();
                inputs.get(layer).close();
                kept.get(layer).forEach(Tensor::close);
                dy = dx;
            }
            return loss.get(0).toDouble();
        }
    }

    private Tensor backward(TensorScope work, int layer, Tensor dy, Tensor x, List<Tensor> kept, MicroBatch batch,
            long dropoutSeed) {
        if (checkpointing) {
            return model.layerRecomputeBackward(work, layer, dy, x, batch, adapter, gradient.layer(layer), dropoutSeed);
        }
        return model.layerBackward(work, layer, dy, x, kept, batch, adapter, gradient.layer(layer), dropoutSeed);
    }
}
