package org.medtune.ops;

import java.util.List;
import org.medtune.InvalidInputException;

/**
 * A parameter of a job, defined once: validation, the job's XML, pages, the description of the REST interface and the
 * handbook follow.
 *
 * @param key         the name an operator gives, such as {@code dry.run}
 * @param defaultText the value, as text, of a parameter that is not given; empty where others decide
 * @param type        what its value must look like
 * @param explanation one line that says what it means
 */
public record JobParameter(String key, String defaultText, ParameterType type, String explanation) {

    /** All values that there are, in the order of their explanation; none where they cannot be listed. */
    public List<String> words() {
        return type.words();
    }

    /** Which numbers it takes, such as {@code ≥ 0, < 1}; empty where it takes no number. */
    public String range() {
        return type.range();
    }

    /**
     * The value that a text stands for, of the class that the type says.
     *
     * @throws InvalidInputException with a sentence that names the parameter, its text and what to give instead
     */
    public Object parse(String text) {
        return type.parse(this, text);
    }

    /** The same for a job that has another default, and may say more of it. */
    JobParameter with(String otherDefault, String otherExplanation) {
        return new JobParameter(key, otherDefault, type, otherExplanation);
    }
}
