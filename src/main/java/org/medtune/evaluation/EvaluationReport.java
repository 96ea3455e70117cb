package org.medtune.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;
import org.medtune.evaluation.EvaluationItem.Kind;

/**
 * What an evaluation found. It follows from the results and the subject alone, so that a report that is made again is
 * the same.
 *
 * @param subject    what was evaluated
 * @param figures    in the order of {@link Measure}
 * @param duplicates rows that were nearly trained on; null where nobody looked for them
 * @param rows       the mean negative log likelihood of each row
 * @param samples    the first answers, side by side
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EvaluationReport(EvaluationSubject subject, List<Figure> figures, Duplicates duplicates,
                               List<RowNll> rows, List<ItemResult> samples) {

    private static final int MOST_SAMPLES = 10;
    private static final int MOST_PAIRS = 20;

    /**
     * Near duplicates across the split.
     *
     * @param heldOutRows how many held-out rows have one
     * @param pairs       the first of them
     */
    public record Duplicates(long heldOutRows, List<NearDuplicates.Pair> pairs) {
    }

    /** A row's mean negative log likelihood by token of the whole text; the second is null without a second model. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record RowNll(long row, double base, Double fineTuned) {
    }

    /**
     * Makes the report.
     *
     * @param results    of all items
     * @param duplicates what was found; nothing where nobody looked
     */
    public static EvaluationReport of(EvaluationSubject subject, List<ItemResult> results,
            Optional<List<NearDuplicates.Pair>> duplicates) {
        return new EvaluationReport(subject, Figure.of(results, subject.seed()),
                duplicates.map(EvaluationReport::duplicates).orElse(null),
                results.stream().filter(result -> result.base().likelihood() != null)
                        .map(EvaluationReport::rowNll).toList(),
                results.stream().filter(result -> result.base().answer() != null).limit(MOST_SAMPLES).toList());
    }

    /** The figure of a measure, if it has been taken. */
    public Optional<Figure> figure(Measure measure) {
        return figures.stream().filter(figure -> figure.measure() == measure).findFirst();
    }

    /** The answers to the question that an operator asked. */
    public Optional<ItemResult> sample() {
        return samples.stream().filter(result -> result.kind() == Kind.SAMPLE).findFirst();
    }

    private static Duplicates duplicates(List<NearDuplicates.Pair> pairs) {
        return new Duplicates(pairs.stream().mapToLong(NearDuplicates.Pair::heldOutRow).distinct().count(),
                pairs.stream().limit(MOST_PAIRS).toList());
    }

    private static RowNll rowNll(ItemResult result) {
        return new RowNll(result.row(), nll(result, result.base()),
                result.fineTuned() == null ? null : nll(result, result.fineTuned()));
    }

    private static double nll(ItemResult result, ItemResult.OfModel model) {
        return Measure.NLL.statistic(Measure.NLL.vector(result, model).orElseThrow());
    }
}
