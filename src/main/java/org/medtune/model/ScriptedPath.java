package org.medtune.model;

import java.util.List;
import org.medtune.tensor.ComputeDevice;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/** A layer is one call of a kernel of {@code layer.py}: for processors, and whatever the fused kernels do not take. */
final class ScriptedPath implements ComputePath {

    /** Memory for one chunk of logits: small enough for a processor's cache, large enough to fill an accelerator. */
    private static final long CPU_LOGIT_BYTES = 4L << 20;
    private static final long ACCELERATOR_LOGIT_BYTES = 512L << 20;
    private static final int LEAST_CHUNK = 16;

    private final Tensor finalNorm;
    private final Tensor head;
    private final double epsilon;
    private final long chunk;

    /** The tensors stay the caller's. */
    ScriptedPath(ModelConfiguration configuration, ComputeDevice device, Tensor finalNorm, Tensor head) {
        this.finalNorm = finalNorm;
        this.head = head;
        this.epsilon = configuration.rmsNormEpsilon();
        long bytes = device.accelerator() ? ACCELERATOR_LOGIT_BYTES : CPU_LOGIT_BYTES;
        this.chunk = Math.max(LEAST_CHUNK, bytes / (configuration.vocabularySize() * (long) Float.BYTES));
    }

    @Override
    public List<Tensor> forward(TensorScope owner, LayerPass pass, Tensor x, Retention retention) {
        MicroBatch batch = pass.batch();
        return owner.call("layer_forward", x, batch.cos(), batch.sin(), batch.boundaries(), batch.rowStarts(),
                pass.weights(), pass.factors(), epsilon, pass.scaling(), pass.dropout(), pass.dropoutSeed(),
                retention == Retention.EVERYTHING);
    }

    @Override
    public Tensor backward(TensorScope owner, LayerPass pass, Tensor dy, Tensor x, List<Tensor> kept,
            List<Tensor> gradients) {
        MicroBatch batch = pass.batch();
        if (kept.isEmpty()) {
            return owner.callForTensor("layer_recompute_backward", dy, x, batch.cos(), batch.sin(),
                    batch.boundaries(), batch.rowStarts(), pass.weights(), pass.factors(), gradients, epsilon,
                    pass.scaling(), pass.dropout(), pass.dropoutSeed());
        }
        return owner.callForTensor("layer_backward", dy, x, kept, batch.cos(), batch.sin(), batch.boundaries(),
                batch.rowStarts(), pass.weights(), pass.factors(), gradients, pass.scaling(), pass.dropout(),
                pass.dropoutSeed());
    }

    @Override
    public List<Tensor> nextTokenLoss(TensorScope owner, Tensor x, Tensor targets, double gradientScale) {
        return owner.call("next_token_loss", x, finalNorm, head, targets, epsilon, chunk, gradientScale);
    }
}
