package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The parameters of one job.
 *
 * @param all in the order in which the job lists them
 */
public record JobParameters(List<JobParameter> all) {

    /** JBeret keeps its own notes among a job's parameters under names that begin so. */
    private static final String INTERNAL_PREFIX = "jberet.";

    public JobParameters {
        all = List.copyOf(all);
    }

    static JobParameters of(JobParameter... all) {
        return new JobParameters(List.of(all));
    }

    /** Their names, in their order. */
    public List<String> keys() {
        return all.stream().map(JobParameter::key).toList();
    }

    /** The parameter of that name, or nothing. */
    public Optional<JobParameter> find(String key) {
        return all.stream().filter(parameter -> parameter.key().equals(key)).findFirst();
    }

    /** What was given for a parameter, or else its default, without spaces around it. */
    public String text(Map<String, String> texts, String key) {
        return texts.getOrDefault(key, find(key).orElseThrow().defaultText()).strip();
    }

    private Object value(Map<String, String> texts, String key) {
        return find(key).orElseThrow().parse(text(texts, key));
    }

    /** The value of a parameter that is a whole number; throws as {@link JobParameter#parse}. */
    public int integer(Map<String, String> texts, String key) {
        return (Integer) value(texts, key);
    }

    /** The value of a parameter that is true or false; throws as {@link JobParameter#parse}. */
    public boolean flag(Map<String, String> texts, String key) {
        return (Boolean) value(texts, key);
    }

    /** The value of a parameter that is one text; throws as {@link JobParameter#parse}. */
    public String word(Map<String, String> texts, String key) {
        return (String) value(texts, key);
    }

    /** The values of a parameter that is several names; throws as {@link JobParameter#parse}. */
    public List<String> names(Map<String, String> texts, String key) {
        return ((Collection<?>) value(texts, key)).stream().map(String.class::cast).toList();
    }

    /** What was given that is no parameter of the job, in the order of the alphabet. */
    public List<String> unknown(Map<String, String> texts) {
        return texts.keySet().stream().sorted()
                .filter(name -> !name.startsWith(INTERNAL_PREFIX) && find(name).isEmpty()).toList();
    }

    /** Tells {@code problems} what was given that is no parameter, and if all together are too long. */
    void check(Map<String, String> texts, Problems problems) {
        unknown(texts).forEach(name -> problems.add(
                MESSAGES.parameterUnknown(name, EditDistance.nearest(name, keys()))));
        ParameterRoom.problem(texts).ifPresent(problems::add);
    }
}
