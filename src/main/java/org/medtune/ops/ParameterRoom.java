package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import org.medtune.InvalidInputException;

/** The room that the job repository has for the parameters of an execution, whatever its job. */
public final class ParameterRoom {

    /** Characters of the column that keeps all of them, as {@code name = value} and the end of a line each. */
    private static final int LONGEST_TOGETHER = 3000;

    private ParameterRoom() {
    }

    /** What is wrong with parameters that are too long together; nothing if they find room. */
    public static Optional<InvalidInputException> problem(Map<String, String> texts) {
        int length = texts.entrySet().stream().mapToInt(ParameterRoom::length).sum();
        if (length <= LONGEST_TOGETHER) {
            return Optional.empty();
        }
        String longest = texts.entrySet().stream().max(Comparator.comparingInt(ParameterRoom::length)
                .thenComparing(Map.Entry::getKey)).orElseThrow().getKey();
        return Optional.of(MESSAGES.parametersTooLong(length, LONGEST_TOGETHER, longest));
    }

    private static int length(Map.Entry<String, String> parameter) {
        return parameter.getKey().length() + parameter.getValue().length() + 2;
    }
}
