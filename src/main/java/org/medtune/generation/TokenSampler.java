package org.medtune.generation;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Chooses the next token from logits as Transformers' logits processors do, in their order: repetition penalty,
 * temperature, top-k, top-p, then a draw from what is left. A draw is a function of the seed and the token's place in
 * the answer, so it is the same whoever else is served.
 *
 * <p>Source: {@code logits_process.py} of Transformers. Top-p: Holtzman et al. 2020; repetition penalty: Keskar et al.
 * 2019.
 */
final class TokenSampler {

    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private final SamplingParameters parameters;

    TokenSampler(SamplingParameters parameters) {
        this.parameters = parameters;
    }

    /** Whether the token with the highest logit is always taken, so that no logits are needed. */
    boolean takesMostLikely() {
        return parameters.temperature() == 0 && parameters.repetitionPenalty() == 1;
    }

    /**
     * The next token.
     *
     * @param logits   [vocabulary], as the model gives them
     * @param present  the tokens of the prompt and of the answer so far
     * @param position the token's place in the answer, from 0
     */
    int next(float[] logits, BitSet present, int position) {
        double[] scores = penalised(logits, present);
        if (parameters.temperature() == 0) {
            return highest(scores);
        }
        double highest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < scores.length; i++) {
            scores[i] /= parameters.temperature();
            highest = Math.max(highest, scores[i]);
        }
        keepTopK(scores);
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            scores[i] = Math.exp(scores[i] - highest);
            sum += scores[i];
        }
        if (parameters.topP() < 1) {
            sum = keepTopP(scores, sum);
        }
        return draw(scores, uniform(parameters.seed(), position) * sum);
    }

    /** A number from 0 up to, but not including, 1: SplitMix64's output (Steele, Lea and Flood 2014) at a place. */
    static double uniform(long seed, int position) {
        long mixed = finalizer(finalizer(seed + GOLDEN_GAMMA) + GOLDEN_GAMMA * (position + 1L));
        return (mixed >>> 11) * 0x1p-53;
    }

    private static long finalizer(long z) {
        long a = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        long b = (a ^ (a >>> 27)) * 0x94d049bb133111ebL;
        return b ^ (b >>> 31);
    }

    private double[] penalised(float[] logits, BitSet present) {
        double[] scores = new double[logits.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = logits[i];
        }
        double penalty = parameters.repetitionPenalty();
        if (penalty != 1) {
            present.stream().filter(i -> i < scores.length)
                    .forEach(i -> scores[i] = scores[i] < 0 ? scores[i] * penalty : scores[i] / penalty);
        }
        return scores;
    }

    private static int highest(double[] scores) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            if (scores[i] > scores[best]) {
                best = i;
            }
        }
        return best;
    }

    /** Rules out what is below the k-th highest score; what equals it stays. */
    private void keepTopK(double[] scores) {
        int k = parameters.topK();
        if (k == 0 || k >= scores.length) {
            return;
        }
        double[] sorted = scores.clone();
        Arrays.sort(sorted);
        double lowest = sorted[sorted.length - k];
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] < lowest) {
                scores[i] = Double.NEGATIVE_INFINITY;
            }
        }
    }

    /**
     * Rules out every token whose betters add up to top-p already; the best one always stays.
     *
     * @return the sum of the weights that are left
     */
    private double keepTopP(double[] weights, double sum) {
        double target = parameters.topP() * sum;
        // all tokens this light together weigh less than what top-p leaves out, so they need not be sorted
        double light = (sum - target) / weights.length;
        int candidates = 0;
        double[] sorted = new double[weights.length];
        for (double weight : weights) {
            if (weight > light) {
                sorted[candidates++] = weight;
            }
        }
        Arrays.sort(sorted, 0, candidates);
        double better = 0;
        int lowest = candidates - 1;
        for (int i = candidates - 1; i >= 0 && better < target; i--) {
            lowest = i;
            better += sorted[i];
        }
        return keepFrom(weights, sorted, lowest, candidates);
    }

    /** Keeps the weights that stand in sorted from lowest on; of several that equal the lowest, those of lower ids. */
    private static double keepFrom(double[] weights, double[] sorted, int lowest, int candidates) {
        double bound = sorted[lowest];
        int equal = 0;
        for (int i = lowest; i < candidates && sorted[i] == bound; i++) {
            equal++;
        }
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] < bound || (weights[i] == bound && equal-- <= 0)) {
                weights[i] = 0;
            } else {
                sum += weights[i];
            }
        }
        return sum;
    }

    private static int draw(double[] weights, double target) {
        double sum = 0;
        int last = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                last = i;
                sum += weights[i];
                if (sum > target) {
                    return i;
                }
            }
        }
        // the sum rounded differently: the last one that can be drawn
        return last;
    }
}
