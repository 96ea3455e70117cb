package org.medtune.adapter;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.medtune.model.Projection;
import org.medtune.model.WeightNames;

/**
 * What an adapter consists of. Source of the names: {@code LoraConfig} of PEFT.
 *
 * @param r rank of the factors where {@code rankPattern} says nothing, at least 1
 * @param alpha numerator of the scaling where {@code alphaPattern} says nothing, positive
 * @param dropout probability with which an input of the low-rank path is dropped in training, in [0, 1)
 * @param targetModules projections that get an adapter, at least one
 * @param bias which biases are trained
 * @param rankStabilized whether the scaling is alpha / sqrt(r) (Kalajdzievski 2023) instead of alpha / r
 * @param rankPattern ranks of single modules, whole numbers of at least 1
 * @param alphaPattern numerators of single modules, positive
 */
public record LoraConfiguration(
        int r, double alpha, double dropout, Set<Projection> targetModules, BiasTraining bias, boolean rankStabilized,
        ModulePatterns rankPattern, ModulePatterns alphaPattern) {

    /** Checks the values. */
    public LoraConfiguration {
        if (r < 1) {
            throw MESSAGES.loraRankTooSmall(r);
        }
        if (!isPositive(alpha)) {
            throw MESSAGES.loraAlphaNotPositive(alpha);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw MESSAGES.loraDropoutOutOfRange(dropout);
        }
        if (targetModules.isEmpty()) {
            throw MESSAGES.noTargetModules();
        }
        targetModules = Collections.unmodifiableSet(EnumSet.copyOf(targetModules));
        rankPattern.values().forEach((key, rank) -> {
            checkKey("lora.rank.pattern", key);
            if (rank < 1 || rank != Math.rint(rank) || rank > Integer.MAX_VALUE) {
                throw MESSAGES.patternRankImpossible(rank, key);
            }
        });
        alphaPattern.values().forEach((key, value) -> {
            checkKey("lora.alpha.pattern", key);
            if (!isPositive(value)) {
                throw MESSAGES.patternAlphaNotPositive(value, key);
            }
        });
    }

    /** A configuration in which all modules have the same rank and scaling. */
    public LoraConfiguration(int r, double alpha, double dropout, Set<Projection> targetModules, BiasTraining bias,
            boolean rankStabilized) {
        this(r, alpha, dropout, targetModules, bias, rankStabilized, ModulePatterns.NONE, ModulePatterns.NONE);
    }

    /** The factor of the low-rank product where no pattern says otherwise. */
    public double scaling() {
        return scaling(alpha, r);
    }

    /** The factor of a module's low-rank product. */
    public double scaling(int layer, Projection projection) {
        return scaling(alphaPattern.valueFor(layer, projection).orElse(alpha), rank(layer, projection));
    }

    /** The rank of a module's factors, given that it is a target. */
    public int rank(int layer, Projection projection) {
        return (int) rankPattern.valueFor(layer, projection).orElse(r);
    }

    /**
     * Makes sure that every key of a pattern is meant for some module that gets an adapter. PEFT passes over others
     * silently, so this is for those who write a configuration.
     *
     * @param layers of the model
     * @throws org.medtune.InvalidInputException naming the first key that is meant for none
     */
    public void requireUsedPatterns(int layers) {
        requireUsed("lora.rank.pattern", rankPattern, layers);
        requireUsed("lora.alpha.pattern", alphaPattern, layers);
    }

    /** The same scaling of every module at twice its rank. */
    LoraConfiguration doubled() {
        return resized(2, rankStabilized ? Math.sqrt(2) : 2);
    }

    /** The configuration of which this is the double. */
    LoraConfiguration halved() {
        return resized(0.5, rankStabilized ? 1 / Math.sqrt(2) : 0.5);
    }

    private LoraConfiguration resized(double ranks, double alphas) {
        Map<String, Double> rankValues = new LinkedHashMap<>(rankPattern.values());
        rankValues.replaceAll((key, rank) -> rank * ranks);
        Map<String, Double> alphaValues = new LinkedHashMap<>(alphaPattern.values());
        alphaValues.replaceAll((key, value) -> rounded(value * alphas));
        return new LoraConfiguration((int) (r * ranks), rounded(alpha * alphas), dropout, targetModules, bias,
                rankStabilized, new ModulePatterns(rankValues), new ModulePatterns(alphaValues));
    }

    /** To 14 digits, so that a number that was doubled is the same again when it is halved. */
    private static double rounded(double number) {
        return new BigDecimal(number).round(new MathContext(14)).doubleValue();
    }

    private void requireUsed(String parameter, ModulePatterns patterns, int layers) {
        for (String key : patterns.values().keySet()) {
            boolean used = IntStream.range(0, layers).anyMatch(layer ->
                    targetModules.stream().anyMatch(module -> ModulePatterns.matches(key, layer, module)));
            if (!used) {
                throw MESSAGES.patternMatchesNothing(parameter, key,
                        WeightNames.module(0, targetModules.iterator().next()));
            }
        }
    }

    private double scaling(double numerator, int rank) {
        return numerator / (rankStabilized ? Math.sqrt(rank) : rank);
    }

    private static boolean isPositive(double number) {
        return number > 0 && !Double.isInfinite(number);
    }

    private static void checkKey(String parameter, String key) {
        if (!ModulePatterns.isRegularExpression(key)) {
            throw MESSAGES.patternKeyMalformed(parameter, key);
        }
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
