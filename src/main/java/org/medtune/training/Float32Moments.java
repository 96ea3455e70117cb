package org.medtune.training;

import java.util.Map;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/** Averages in float32, updated by libtorch's fused AdamW. */
final class Float32Moments implements Moments {

    private final AdamW.Region region;
    private final Tensor first;
    private final Tensor second;
    private final Tensor stepsDone;

    /** Averages of a region, all zeros, that belong to a scope. */
    Float32Moments(TensorScope scope, AdamW.Region region) {
        this.region = region;
        this.first = scope.zeros(ElementType.FLOAT32, region.parameters().size());
        this.second = scope.zeros(ElementType.FLOAT32, region.parameters().size());
        this.stepsDone = scope.zeros(ElementType.FLOAT32);
    }

    @Override
    public void update(TensorScope work, double learningRate, int step) {
        // the kernel counts the step itself
        work.call("fill", stepsDone, (double) (step - 1));
        work.call("adamw", region.parameters(), region.gradient(), first, second, stepsDone, learningRate,
                region.constants().beta1(), region.constants().beta2(), region.constants().epsilon(),
                region.weightDecay());
    }

    @Override
    public Map<String, Tensor> state() {
        return Map.of("exp_avg." + region.name(), first, "exp_avg_sq." + region.name(), second);
    }
}
