package org.medtune.evaluation;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Questions that were trained on and are nearly the same as one that was held out, so that its figures flatter. Two
 * questions are nearly the same when of all sequences of three characters that occur in either at least
 * {@value #LEAST_SIMILARITY} occur in both (Jaccard index; Broder 1997); case, width, blanks and punctuation do not
 * count. Those that are the same up to case, width and blanks are on the same side of the split anyway.
 */
public final class NearDuplicates {

    /** From here on questions count as nearly the same. */
    public static final double LEAST_SIMILARITY = 0.8;

    private static final int SEQUENCE = 3;

    private final List<Question> heldOut = new ArrayList<>();
    private final Map<String, List<Integer>> bySequence = new HashMap<>();
    private final List<Pair> found = new ArrayList<>();

    /** A held-out question with its row. */
    private record Question(long row, String text, Set<String> sequences) {
    }

    /**
     * Two rows that are nearly the same.
     *
     * @param similarity from {@link #LEAST_SIMILARITY} to 1
     */
    public record Pair(long heldOutRow, String heldOutQuestion, long trainingRow, String trainingQuestion,
                       double similarity) {
    }

    /** Adds a question that was held out; all of them before the first that was trained on. */
    public void addHeldOut(long row, String question) {
        Set<String> sequences = sequences(question);
        sequences.forEach(sequence -> bySequence.computeIfAbsent(sequence, s -> new ArrayList<>()).add(heldOut.size()));
        heldOut.add(new Question(row, question, sequences));
    }

    /** Compares a question that was trained on with all that were held out. */
    public void compare(long row, String question) {
        Set<String> sequences = sequences(question);
        Map<Integer, Integer> common = new HashMap<>();
        for (String sequence : sequences) {
            bySequence.getOrDefault(sequence, List.of()).forEach(index -> common.merge(index, 1, Integer::sum));
        }
        common.forEach((index, shared) -> {
            Question other = heldOut.get(index);
            double similarity = (double) shared / (sequences.size() + other.sequences().size() - shared);
            if (similarity >= LEAST_SIMILARITY) {
                found.add(new Pair(other.row(), other.text(), row, question, similarity));
            }
        });
    }

    /** What was found, in the order of the rows that were trained on. */
    public List<Pair> found() {
        return List.copyOf(found);
    }

    private static Set<String> sequences(String question) {
        int[] letters = Normalizer.normalize(question, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT)
                .codePoints().filter(Character::isLetterOrDigit).toArray();
        Set<String> sequences = new HashSet<>();
        int length = Math.min(SEQUENCE, letters.length);
        for (int i = 0; length > 0 && i + length <= letters.length; i++) {
            sequences.add(new String(letters, i, length));
        }
        return sequences;
    }
}
