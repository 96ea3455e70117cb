package org.medtune.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.medtune.generation.ThinkSplitter;

/**
 * Which option of a multiple-choice question an answer takes, by the rules of HuatuoGPT-o1's published scorer
 * (evaluation/scorer.py): of what the answer says behind its reasoning, first "the answer is X", then single letters,
 * then the texts of options. As there, the first and the last mention are both kept, and a model is scored by whichever
 * of the two is right more often.
 *
 * <p>There are four departures. An answer whose reasoning has not come to its end says nothing. "答案是X" counts as
 * "answer is X" does. A letter counts only if it is one of the options and stands for itself, so that "answer is None"
 * is not N. Where nothing is found the published scorer takes the option whose text is most alike; here the question
 * counts as unanswered, and so as wrong.
 *
 * @param first letter of the option that is mentioned first; null if unanswered
 * @param last  letter of the option that is mentioned last; null if unanswered
 */
public record ChoiceReading(String first, String last) {

    /** No option can be read in the answer. */
    static final ChoiceReading UNANSWERED = new ChoiceReading(null, null);

    private static final String FINAL_RESPONSE = "## Final Response";
    private static final String HAN = "\\u4e00-\\u9fff";
    /**
     * What may stand around a letter that is an answer by itself. The article of "A 45-year-old" is none. As in the
     * published scorer a neighbour belongs to one letter only: of "A,B" there is A.
     */
    private static final String ALONE = "(?U)(?:[" + HAN + "]|is |\\W|^)(?!A )([%s])(?:\\W|[" + HAN + "]|$)";
    private static final String SAID =
            "(?:answer is\\s*|答案(?:应该|应当)?(?:是|为|选|[:：])\\s*)[*(（\"“]*([%s])(?![A-Za-z0-9])";

    /**
     * Reads an answer.
     *
     * @param text    the whole of it, with its reasoning
     * @param options texts of the options, A first
     */
    public static ChoiceReading of(String text, List<String> options) {
        String conclusion = narrowed(conclusion(text));
        String letters = letters(options.size());
        return mentions(Pattern.compile(String.format(SAID, letters)), conclusion)
                .or(() -> mentions(Pattern.compile(String.format(ALONE, letters)), conclusion))
                .or(() -> texts(conclusion.toLowerCase(Locale.ROOT), options))
                .orElse(UNANSWERED);
    }

    /** Whether an option could be read. */
    public boolean answered() {
        return first != null;
    }

    /** The letter of the option of an index. */
    static String letter(int index) {
        return Character.toString('A' + index);
    }

    /** What stands behind the reasoning; empty if that has not come to its end. */
    private static String conclusion(String text) {
        int response = text.lastIndexOf(FINAL_RESPONSE);
        if (response >= 0) {
            return text.substring(response + FINAL_RESPONSE.length()).strip();
        }
        int end = text.lastIndexOf(ThinkSplitter.CLOSE);
        return end < 0 ? "" : text.substring(end + ThinkSplitter.CLOSE.length()).strip();
    }

    /** Chinese texts have wide letters at times. */
    private static String narrowed(String text) {
        StringBuilder narrow = new StringBuilder(text);
        for (int i = 0; i < narrow.length(); i++) {
            char letter = narrow.charAt(i);
            if (letter >= '\uff21' && letter <= '\uff3a') {
                narrow.setCharAt(i, (char) (letter - '\uff21' + 'A'));
            }
        }
        return narrow.toString();
    }

    private static String letters(int options) {
        return "A-" + letter(options - 1);
    }

    private static Optional<ChoiceReading> mentions(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        String first = null;
        String last = null;
        while (matcher.find()) {
            last = matcher.group(1);
            first = first == null ? last : first;
        }
        return first == null ? Optional.empty() : Optional.of(new ChoiceReading(first, last));
    }

    private static Optional<ChoiceReading> texts(String text, List<String> options) {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < options.size(); i++) {
            if (text.contains(options.get(i).toLowerCase(Locale.ROOT))) {
                found.add(i);
            }
        }
        // the published scorer takes the option that is mentioned for the first time last, and figures are comparable
        Comparator<Integer> byFirst =
                Comparator.comparingInt(option -> text.indexOf(options.get(option).toLowerCase(Locale.ROOT)));
        Comparator<Integer> byLast =
                Comparator.comparingInt(option -> text.lastIndexOf(options.get(option).toLowerCase(Locale.ROOT)));
        return found.stream().max(byFirst)
                .map(first -> new ChoiceReading(letter(first), letter(found.stream().max(byLast).orElseThrow())));
    }
}
