package org.medtune.adapter;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.medtune.model.Projection;

/**
 * What an adapter consists of. Source of the names: {@code LoraConfig} of PEFT.
 *
 * @param r rank of the factors, at least 1
 * @param alpha numerator of the scaling, positive
 * @param dropout probability with which an input of the low-rank path is dropped in training, in [0, 1)
 * @param targetModules projections that get an adapter, at least one
 * @param bias which biases are trained
 * @param rankStabilized whether the scaling is alpha / sqrt(r) (Kalajdzievski 2023) instead of alpha / r
 */
public record LoraConfiguration(
        int r, double alpha, double dropout, Set<Projection> targetModules, BiasTraining bias, boolean rankStabilized) {

    /** Checks the values. */
    public LoraConfiguration {
        if (r < 1) {
            throw MESSAGES.loraRankTooSmall(r);
        }
        if (!(alpha > 0) || Double.isInfinite(alpha)) {
            throw MESSAGES.loraAlphaNotPositive(alpha);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw MESSAGES.loraDropoutOutOfRange(dropout);
        }
        if (targetModules.isEmpty()) {
            throw MESSAGES.noTargetModules();
        }
        targetModules = Collections.unmodifiableSet(EnumSet.copyOf(targetModules));
    }

    /** The factor of the low-rank product. */
    public double scaling() {
        return alpha / (rankStabilized ? Math.sqrt(r) : r);
    }

    /** Whether the bias of a projection is trained, given that the model has one. */
    boolean trainsBiasOf(Projection projection) {
        return switch (bias) {
            case NONE -> false;
            case ALL -> true;
            case LORA_ONLY -> targetModules.contains(projection);
        };
    }
}
