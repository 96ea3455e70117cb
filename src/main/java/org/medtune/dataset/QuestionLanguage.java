package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/**
 * A coarse choice of language, by the script of the question's letters (Unicode's script property; digits, signs and
 * blanks do not count).
 */
public enum QuestionLanguage {

    /** Every question. */
    ANY {
        @Override
        public boolean includes(String question) {
            return true;
        }
    },

    /**
     * Han characters make up at least 30 % of the letters. That is well below one half because Chinese medical text is
     * full of Latin abbreviations, drug names and units.
     */
    ZH {
        @Override
        public boolean includes(String question) {
            return share(question, Character.UnicodeScript.HAN) >= HAN_SHARE;
        }
    },

    /** Latin characters make up at least half of the letters, and the question is not {@link #ZH}. */
    EN {
        @Override
        public boolean includes(String question) {
            return !ZH.includes(question) && share(question, Character.UnicodeScript.LATIN) >= LATIN_SHARE;
        }
    };

    private static final double HAN_SHARE = 0.3;
    private static final double LATIN_SHARE = 0.5;

    /** Whether a question is of this language. */
    public abstract boolean includes(String question);

    /**
     * The language of a name: {@code any}, {@code zh} or {@code en}, in any case.
     *
     * @throws org.medtune.InvalidInputException if there is no such language
     */
    public static QuestionLanguage named(String name) {
        return Arrays.stream(values())
                .filter(language -> language.name().equalsIgnoreCase(name.strip()))
                .findFirst()
                .orElseThrow(() -> MESSAGES.unknownLanguage(
                        name, Arrays.stream(values()).map(Object::toString).collect(Collectors.joining(", "))));
    }

    /** The name that {@link #named} understands. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static double share(String question, Character.UnicodeScript script) {
        IntPredicate ofScript = letter -> Character.UnicodeScript.of(letter) == script;
        long letters = question.codePoints().filter(Character::isLetter).count();
        long wanted = question.codePoints().filter(Character::isLetter).filter(ofScript).count();
        return letters == 0 ? 0 : (double) wanted / letters;
    }
}
