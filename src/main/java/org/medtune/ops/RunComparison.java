package org.medtune.ops;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What tells some runs from each other.
 *
 * @param runs       in the order in which they were asked for
 * @param parameters those in which they differ, in the order of the catalogue
 * @param curves     their losses
 */
public record RunComparison(List<Side> runs, List<Difference> parameters, LossCurves curves) {

    /**
     * A run, as far as it has come.
     *
     * @param executionId     its latest execution
     * @param instanceId      the run
     * @param status          of the latest execution
     * @param created         when the run was first started, ISO 8601 in UTC
     * @param ended           when its latest execution ended; null while it runs
     * @param seconds         that its executions have taken together, until now where one runs
     * @param steps           that have been taken
     * @param totalSteps      of the whole run; 0 before the first
     * @param tokensPerSecond mean over the steps
     * @param firstLoss       null before the first step
     * @param lastLoss        null before the first step
     * @param report          what came of it, with what the evaluation found; null before its end
     */
    public record Side(long executionId, long instanceId, String status, String created, String ended, long seconds,
                       int steps, int totalSteps, double tokensPerSecond, Double firstLoss, Double lastLoss,
                       JsonNode report) {
    }

    /**
     * A parameter whose values are not all the same.
     *
     * @param name   of the parameter
     * @param values of the runs, in their order; the default where none was given
     */
    public record Difference(String name, List<String> values) {
    }

    /**
     * A run that is to be compared.
     *
     * @param key         of the run
     * @param executionId its latest execution
     * @param status      of that
     * @param ended       when that ended; null while it runs
     * @param worked      time that its executions have taken together
     * @param parameters  what the operator gave
     */
    public record Subject(RunKey key, long executionId, String status, Instant ended, Duration worked,
                          Map<String, String> parameters) {
    }

    /** Compares runs as they are now; curves have so many points at most. */
    public static RunComparison of(Runs runs, List<Subject> subjects, int points) {
        List<List<StepMetrics>> steps = subjects.stream().map(subject -> runs.metrics(subject.key())).toList();
        List<Side> sides = new ArrayList<>();
        for (int i = 0; i < subjects.size(); i++) {
            sides.add(side(runs, subjects.get(i), steps.get(i)));
        }
        return new RunComparison(sides, differences(subjects), LossCurves.of(steps, points));
    }

    private static Side side(Runs runs, Subject subject, List<StepMetrics> steps) {
        StepMetrics first = steps.isEmpty() ? null : steps.get(0);
        StepMetrics last = steps.isEmpty() ? null : steps.get(steps.size() - 1);
        long tokens = steps.stream().mapToLong(StepMetrics::tokens).sum();
        double seconds = steps.stream().mapToDouble(step -> step.tokens() / step.tokensPerSecond()).sum();
        return new Side(subject.executionId(), subject.key().instanceId(), subject.status(),
                subject.key().created().toString(), subject.ended() == null ? null : subject.ended().toString(),
                subject.worked().toSeconds(), last == null ? 0 : last.step(), last == null ? 0 : last.totalSteps(),
                seconds > 0 ? tokens / seconds : 0, first == null ? null : finite(first.loss()),
                last == null ? null : finite(last.loss()), runs.report(subject.key()).orElse(null));
    }

    /** JSON has no other numbers. */
    private static Double finite(double value) {
        return Double.isFinite(value) ? Double.valueOf(value) : null;
    }

    private static List<Difference> differences(List<Subject> subjects) {
        List<Difference> differences = new ArrayList<>();
        for (FineTuneParameter parameter : FineTuneParameter.values()) {
            List<String> values = subjects.stream().map(subject ->
                    subject.parameters().getOrDefault(parameter.key(), parameter.defaultText()).strip()).toList();
            if (values.stream().distinct().count() > 1) {
                differences.add(new Difference(parameter.key(), values));
            }
        }
        return List.copyOf(differences);
    }
}
