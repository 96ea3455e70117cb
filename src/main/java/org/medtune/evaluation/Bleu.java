package org.medtune.evaluation;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * BLEU over characters (Papineni et al. 2002), to the last digit as sacrebleu's {@code corpus_bleu} with
 * {@code tokenize=char}: up to four characters in a row, exponential smoothing of orders without a match, one
 * reference. What is counted of each text adds up over texts, and the score is of the sums.
 */
final class Bleu {

    private static final int ORDERS = 4;
    private static final int TEXT_LENGTH = 2 * ORDERS;
    private static final int REFERENCE_LENGTH = TEXT_LENGTH + 1;

    private Bleu() {
    }

    /** Of one text: matches of one to four characters, how many there are of each, both lengths. */
    static double[] counts(String text, String reference) {
        int[] symbols = Symbols.of(text);
        int[] wanted = Symbols.of(reference);
        double[] counts = new double[REFERENCE_LENGTH + 1];
        for (int order = 1; order <= ORDERS; order++) {
            Map<List<Integer>, Integer> left = sequences(wanted, order);
            for (Map.Entry<List<Integer>, Integer> found : sequences(symbols, order).entrySet()) {
                counts[order - 1] += Math.min(found.getValue(), left.getOrDefault(found.getKey(), 0));
            }
            counts[ORDERS + order - 1] = Math.max(0, symbols.length - order + 1);
        }
        counts[TEXT_LENGTH] = symbols.length;
        counts[REFERENCE_LENGTH] = wanted.length;
        return counts;
    }

    /** The score of counts that were added up, from 0 to 100. */
    static double score(double[] sums) {
        double smoothing = 1;
        double logarithms = 0;
        // without any match, or without texts long enough for all orders, there is nothing to smooth
        if (sums[0] == 0) {
            return 0;
        }
        for (int order = 0; order < ORDERS; order++) {
            double matches = sums[order];
            double total = sums[ORDERS + order];
            if (total == 0) {
                return 0;
            }
            if (matches == 0) {
                smoothing *= 2;
                matches = 1 / smoothing;
            }
            logarithms += Math.log(100 * matches / total);
        }
        double brevity = sums[TEXT_LENGTH] < sums[REFERENCE_LENGTH]
                ? Math.exp(1 - sums[REFERENCE_LENGTH] / sums[TEXT_LENGTH]) : 1;
        return brevity * Math.exp(logarithms / ORDERS);
    }

    private static Map<List<Integer>, Integer> sequences(int[] symbols, int order) {
        List<Integer> all = Arrays.stream(symbols).boxed().collect(Collectors.toList());
        Map<List<Integer>, Integer> counts = new HashMap<>();
        for (int i = 0; i + order <= symbols.length; i++) {
            counts.merge(all.subList(i, i + order), 1, Integer::sum);
        }
        return counts;
    }
}
