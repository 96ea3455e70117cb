package org.medtune.model;

import java.util.List;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/** How the passes of one model are computed that training and evaluation consist of. Safe for use by many threads. */
interface ComputePath {

    /**
     * One decoder layer.
     *
     * @param x [tokens, hidden]
     * @return the layer's output, then what was kept
     */
    List<Tensor> forward(TensorScope owner, LayerPass pass, Tensor x, Retention retention);

    /**
     * The backward pass of one layer.
     *
     * @param dy        gradient of the layer's output; may be overwritten
     * @param x         the layer's input
     * @param kept      what the forward pass kept; may be overwritten
     * @param gradients float32 gradients to add to: as the factors, then the biases of the seven projections, without
     *     elements where not trained
     * @return gradient of {@code x}
     */
    Tensor backward(TensorScope owner, LayerPass pass, Tensor dy, Tensor x, List<Tensor> kept, List<Tensor> gradients);

    /**
     * The sum of the negative log likelihoods of all targets, in nats.
     *
     * @param x output of the last layer [tokens, hidden]
     * @param targets int64 [tokens]
     * @param gradientScale 0 for the sum alone
     * @return the sum (float64 scalar), then, with a scale, {@code gradientScale} times its gradient by {@code x}
     */
    List<Tensor> nextTokenLoss(TensorScope owner, Tensor x, Tensor targets, double gradientScale);
}
