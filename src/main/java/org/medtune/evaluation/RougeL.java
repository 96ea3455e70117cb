package org.medtune.evaluation;

/**
 * ROUGE-L of one text (Lin 2004, section 3): the longest common subsequence with a reference, as a share of each of the
 * two. The measure F weighs both equally, as in the package rouge-score.
 *
 * @param precision share of the text that is in the subsequence, 0 for an empty text
 * @param recall    share of the reference
 */
record RougeL(double precision, double recall) {

    /** Compares texts character by character. */
    static RougeL of(String text, String reference) {
        return of(Symbols.of(text), Symbols.of(reference));
    }

    static RougeL of(int[] text, int[] reference) {
        int common = longestCommonSubsequence(text, reference);
        return new RougeL(share(common, text.length), share(common, reference.length));
    }

    /** The harmonic mean of both, 0 where nothing is in common. */
    double f() {
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    private static double share(int part, int whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }

    private static int longestCommonSubsequence(int[] text, int[] reference) {
        int[] above = new int[reference.length + 1];
        for (int symbol : text) {
            int[] row = new int[reference.length + 1];
            for (int i = 0; i < reference.length; i++) {
                row[i + 1] = symbol == reference[i] ? above[i] + 1 : Math.max(row[i], above[i + 1]);
            }
            above = row;
        }
        return above[reference.length];
    }
}
