package org.medtune.evaluation;

import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.medtune.evaluation.EvaluationItem.Kind;
import org.medtune.evaluation.ItemResult.OfModel;
import org.medtune.evaluation.RowLikelihood.Part;

/**
 * The figures of an evaluation. Each is made of a vector an item, and is a function of the sum of these vectors: so it
 * can be reckoned for any choice of items, which is what intervals are made of.
 */
public enum Measure {

    /** Mean negative log likelihood by token of the whole row, in nats, as the loss in training. */
    NLL(Unit.NATS, Better.LOWER, part(likelihood -> new Part(
            likelihood.prompt().sum() + likelihood.reasoning().sum() + likelihood.answer().sum(),
            likelihood.prompt().tokens() + likelihood.reasoning().tokens() + likelihood.answer().tokens())),
            Measure::mean),
    /** Of the reasoning. */
    NLL_REASONING(Unit.NATS, Better.LOWER, part(RowLikelihood::reasoning), Measure::mean),
    /** Of the answer behind it. */
    NLL_ANSWER(Unit.NATS, Better.LOWER, part(RowLikelihood::answer), Measure::mean),
    /** Perplexity, the exponential of the mean negative log likelihood by token. */
    PERPLEXITY(Unit.NUMBER, Better.LOWER, NLL.vector, sums -> Math.exp(mean(sums))),
    /** Of the reasoning. */
    PERPLEXITY_REASONING(Unit.NUMBER, Better.LOWER, NLL_REASONING.vector, sums -> Math.exp(mean(sums))),
    /** Of the answer behind it. */
    PERPLEXITY_ANSWER(Unit.NUMBER, Better.LOWER, NLL_ANSWER.vector, sums -> Math.exp(mean(sums))),
    /** Mean of ROUGE-L's F between the answers behind the reasoning and the references, by characters. */
    ROUGE_L(Unit.NUMBER, Better.HIGHER, compared((text, reference) -> one(RougeL.of(text, reference).f())),
            Measure::mean),
    /** BLEU of the same texts together, by characters, from 0 to 100. */
    BLEU(Unit.NUMBER, Better.HIGHER, compared(Bleu::counts), Bleu::score),
    /** Share of answers that the model ended itself. */
    ENDED(Unit.SHARE, Better.HIGHER, answered(answer -> one(answer.ended() ? 1 : 0)), Measure::mean),
    /** Share of answers that consist of reasoning, a closing tag and an answer. */
    THINK_FORMAT(Unit.SHARE, Better.HIGHER, answered(answer -> one(answer.keepsThinkFormat() ? 1 : 0)), Measure::mean),
    /** Mean length of answers, in tokens, with their reasoning. */
    LENGTH(Unit.TOKENS, Better.NEITHER, answered(answer -> one(answer.tokens())), Measure::mean),
    /** Share of multiple-choice questions that are answered right, by the first or the last option mentioned. */
    ACCURACY(Unit.SHARE, Better.HIGHER, choice((reading, right) -> new double[] {
            right.equals(reading.first()) ? 1 : 0, right.equals(reading.last()) ? 1 : 0, 1}),
            sums -> Math.max(sums[0], sums[1]) / sums[2]),
    /** Share of multiple-choice questions in whose answers no option can be read; they count as wrong. */
    UNANSWERED(Unit.SHARE, Better.LOWER, choice((reading, right) -> one(reading.answered() ? 0 : 1)), Measure::mean);

    /** What a value counts. */
    public enum Unit { NATS, NUMBER, SHARE, TOKENS }

    /** Which of two values is the better one. */
    public enum Better { LOWER, HIGHER, NEITHER }

    private final Unit unit;
    private final Better better;
    private final BiFunction<ItemResult, OfModel, Optional<double[]>> vector;
    private final ToDoubleFunction<double[]> statistic;

    Measure(Unit unit, Better better, BiFunction<ItemResult, OfModel, Optional<double[]>> vector,
            ToDoubleFunction<double[]> statistic) {
        this.unit = unit;
        this.better = better;
        this.vector = vector;
        this.statistic = statistic;
    }

    /** What its values count. */
    public Unit unit() {
        return unit;
    }

    /** Which values are better. */
    public Better better() {
        return better;
    }

    /** An item's part in the figure; nothing if it has none. */
    Optional<double[]> vector(ItemResult item, OfModel model) {
        return vector.apply(item, model);
    }

    /** The figure of a sum of vectors; NaN where it has none. */
    double statistic(double[] sums) {
        return statistic.applyAsDouble(sums);
    }

    private static double mean(double[] sums) {
        return sums[0] / sums[1];
    }

    private static double[] one(double value) {
        return new double[] {value, 1};
    }

    private static BiFunction<ItemResult, OfModel, Optional<double[]>> part(Function<RowLikelihood, Part> part) {
        return (item, model) -> Optional.ofNullable(model.likelihood()).map(part).filter(found -> found.tokens() > 0)
                .map(found -> new double[] {found.sum(), found.tokens()});
    }

    private static BiFunction<ItemResult, OfModel, Optional<double[]>> answered(
            Function<GeneratedAnswer, double[]> vector) {
        return (item, model) -> Optional.ofNullable(model.answer()).filter(answer -> item.kind() != Kind.SAMPLE)
                .map(vector);
    }

    private static BiFunction<ItemResult, OfModel, Optional<double[]>> compared(
            BiFunction<String, String, double[]> vector) {
        return (item, model) -> Optional.ofNullable(model.answer()).filter(answer -> item.kind() == Kind.ROW)
                .map(answer -> vector.apply(answer.content(), item.reference()));
    }

    private static BiFunction<ItemResult, OfModel, Optional<double[]>> choice(
            BiFunction<ChoiceReading, String, double[]> vector) {
        return (item, model) -> Optional.ofNullable(model.answer()).filter(answer -> item.kind() == Kind.CHOICE)
                .map(answer -> vector.apply(ChoiceReading.of(answer.text(), item.choices().options()),
                        item.choices().answer()));
    }
}
