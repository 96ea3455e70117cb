package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;
import static org.medtune.ops.FineTuneParameter.MAX_STEPS;
import static org.medtune.ops.FineTuneParameter.WARMUP_STEPS;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.medtune.InvalidInputException;

/**
 * The checked value of every {@link FineTuneParameter}. What a parameter's type promises, its accessor gives:
 * {@link #integer} for a whole number, and so on; another accessor is a ClassCastException.
 *
 * @param values a value for every parameter of the catalogue
 */
public record FineTuneParameters(Map<FineTuneParameter, Object> values) {

    /** JBeret keeps its own notes among a job's parameters under names that begin so. */
    private static final String INTERNAL_PREFIX = "jberet.";

    public FineTuneParameters {
        values = Map.copyOf(values);
    }

    /**
     * Reads texts by name; what is not given takes its default.
     *
     * @throws InvalidInputException listing every unknown name and every value that cannot work
     */
    public static FineTuneParameters of(Map<String, String> texts) {
        Problems problems = new Problems();
        FineTuneParameters parameters = read(texts, problems);
        problems.throwIfAny();
        return parameters;
    }

    /** Reads what can be read and tells {@code problems} the rest; parameters with problems are left out. */
    static FineTuneParameters read(Map<String, String> texts, Problems problems) {
        // in the order of names, so that the same mistakes always make the same sentence
        new TreeMap<>(texts).keySet().stream()
                .filter(key -> !key.startsWith(INTERNAL_PREFIX) && FineTuneParameter.of(key).isEmpty())
                .forEach(key -> problems.add(MESSAGES.parameterUnknown(key, FineTuneParameter.nearestKey(key))));
        ParameterRoom.problem(texts).ifPresent(problems::add);
        Map<FineTuneParameter, Object> values = new EnumMap<>(FineTuneParameter.class);
        for (FineTuneParameter parameter : FineTuneParameter.values()) {
            String text = texts.getOrDefault(parameter.key(), parameter.defaultText());
            problems.check(() -> parameter.parse(text)).ifPresent(value -> values.put(parameter, value));
        }
        FineTuneParameters parameters = new FineTuneParameters(values);
        parameters.checkSteps(problems);
        return parameters;
    }

    private void checkSteps(Problems problems) {
        if (!has(MAX_STEPS)) {
            return;
        }
        int steps = integer(MAX_STEPS);
        if (steps == 0) {
            problems.add(MESSAGES.noSteps());
        } else if (steps > 0 && has(WARMUP_STEPS) && integer(WARMUP_STEPS) > steps) {
            problems.add(MESSAGES.warmUpTooLong(integer(WARMUP_STEPS), steps));
        }
    }

    boolean has(FineTuneParameter... parameters) {
        return values.keySet().containsAll(List.of(parameters));
    }

    public String text(FineTuneParameter parameter) {
        return (String) values.get(parameter);
    }

    public int integer(FineTuneParameter parameter) {
        return (Integer) values.get(parameter);
    }

    public double decimal(FineTuneParameter parameter) {
        return (Double) values.get(parameter);
    }

    public boolean flag(FineTuneParameter parameter) {
        return (Boolean) values.get(parameter);
    }

    @SuppressWarnings("unchecked")
    public List<String> names(FineTuneParameter parameter) {
        return (List<String>) values.get(parameter);
    }

    @SuppressWarnings("unchecked")
    public Map<String, Double> numbers(FineTuneParameter parameter) {
        return (Map<String, Double>) values.get(parameter);
    }

    /** The number of steps where it is given, and nothing where the epochs decide. */
    public Optional<Integer> givenSteps() {
        return Optional.of(integer(MAX_STEPS)).filter(steps -> steps > 0);
    }
}
