package org.medtune.evaluation;

import java.util.List;
import org.medtune.dataset.QuestionLanguage;

/**
 * A multiple-choice question.
 *
 * @param question without the options
 * @param options  texts of the options, A first; two to fourteen
 * @param answer   letter of the right one
 */
public record ChoiceQuestion(String question, List<String> options, String answer) {

    public ChoiceQuestion {
        options = List.copyOf(options);
    }

    /** The question as a model is asked it: with its options, and with how to end the answer, in its language. */
    public String text() {
        StringBuilder text = new StringBuilder(question.strip());
        for (int i = 0; i < options.size(); i++) {
            text.append('\n').append(ChoiceReading.letter(i)).append(". ").append(options.get(i).strip());
        }
        return text.append(QuestionLanguage.ZH.includes(question)
                ? "\n请从以上选项中选出一个，并以“答案是X”的格式给出正确选项的字母。"
                : "\nChoose one of these options, and end with \"The answer is X\", where X is its letter.").toString();
    }
}
