package org.medtune.training;

import java.util.Map;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/** AdamW's moving averages over a part of the flat vector, and the update that takes them along. */
interface Moments {

    /**
     * Updates averages and parameters in place.
     *
     * @param work owner of what is needed for the update only
     * @param step number of this step, from 1
     */
    void update(TensorScope work, double learningRate, int step);

    /** All that the next update depends on, by its name in a checkpoint. Contiguous; owned by the optimizer. */
    Map<String, Tensor> state();
}
