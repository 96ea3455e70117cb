package org.medtune.training;

/**
 * Dynamic loss scaling: the loss is multiplied by a number before its gradient is computed, so that gradients do not
 * vanish among float16's smallest numbers, and the gradient is divided by it before it is used. A gradient that is no
 * number was scaled too far: its step is skipped and the scale lowered; after many good steps in a row it is raised.
 *
 * <p>Source: {@code torch/amp/grad_scaler.py} of PyTorch, with its defaults, and {@code _amp_update_scale_}.
 */
final class LossScaler {

    static final double INITIAL = 65536;
    static final double GROWTH = 2;
    static final double BACKOFF = 0.5;
    static final int GROWTH_INTERVAL = 2000;

    /** Below this the scale would make gradients vanish that it is there to keep. PyTorch knows no such limit. */
    static final double LEAST = 1;

    private double scale = INITIAL;
    private int goodSteps;

    /**
     * What the next step depends on.
     *
     * @param scale factor of the loss
     * @param goodSteps steps in a row, since the scale last changed, whose gradients were numbers
     */
    record State(double scale, int goodSteps) {}

    /** The factor of the loss. */
    double scale() {
        return scale;
    }

    /** Whether the scale cannot be lowered any more. */
    boolean exhausted() {
        return scale * BACKOFF < LEAST;
    }

    /** Takes a step's outcome in. */
    void update(boolean overflow) {
        if (overflow) {
            scale *= BACKOFF;
            goodSteps = 0;
            return;
        }
        goodSteps++;
        if (goodSteps == GROWTH_INTERVAL) {
            // as float32, in which PyTorch keeps it, since kernels take the factor in that
            scale = Float.isFinite((float) (scale * GROWTH)) ? scale * GROWTH : scale;
            goodSteps = 0;
        }
    }

    State state() {
        return new State(scale, goodSteps);
    }

    void restore(State state) {
        scale = state.scale();
        goodSteps = state.goodSteps();
    }
}
