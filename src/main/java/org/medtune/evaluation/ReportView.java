package org.medtune.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;

/**
 * What the page shows, in the words and the places of the page.
 *
 * @param subject    what was evaluated
 * @param figures    a line each
 * @param plot       of the rows; null without two models
 * @param duplicates as in the report
 * @param samples    side by side
 */
record ReportView(EvaluationSubject subject, List<Line> figures, RowPlot plot,
                  EvaluationReport.Duplicates duplicates, List<Sample> samples) {

    /**
     * A figure.
     *
     * @param judgement better, worse, unclear, same, or empty where there is nothing to judge
     * @param plot      null without an interval
     */
    record Line(String name, String meaning, int items, String base, String fineTuned, String difference,
                String interval, String judgement, IntervalPlot plot) {
    }

    /** An interval on a scale of its own: 0 is in the middle at 60 of 120, with a margin on either side. */
    record IntervalPlot(double low, double high, double middle) {

        static IntervalPlot of(Figure figure) {
            Interval interval = figure.interval();
            double reach = Math.max(Math.abs(figure.difference()),
                    Math.max(Math.abs(interval.low()), Math.abs(interval.high())));
            double scale = reach == 0 ? 0 : 54 / reach;
            return new IntervalPlot(rounded(60 + scale * interval.low()), rounded(60 + scale * interval.high()),
                    rounded(60 + scale * figure.difference()));
        }
    }

    /** Both models' answers to a question. */
    record Sample(String title, String question, String reference, List<Answer> answers) {
    }

    /** An answer in its parts, with the name of the model. */
    record Answer(String name, String reasoning, String content, int tokens, boolean ended, String choice) {

        static Answer of(String name, ItemResult result, ItemResult.OfModel model) {
            GeneratedAnswer answer = model.answer();
            String choice = result.choices() == null ? null
                    : chosen(ChoiceReading.of(answer.text(), result.choices().options()));
            return new Answer(name, answer.reasoning(), answer.content(), answer.tokens(), answer.ended(), choice);
        }

        private static String chosen(ChoiceReading reading) {
            if (!reading.answered()) {
                return "–";
            }
            return reading.first().equals(reading.last()) ? reading.first() : reading.first() + " / " + reading.last();
        }
    }

    static ReportView of(EvaluationReport report, Properties texts) {
        return new ReportView(report.subject(),
                report.figures().stream().map(figure -> line(figure, texts)).toList(),
                RowPlot.of(report.rows()), report.duplicates(),
                report.samples().stream().map(result -> sample(result, texts)).toList());
    }

    private static Line line(Figure figure, Properties texts) {
        Measure.Unit unit = figure.measure().unit();
        String key = figure.measure().name();
        boolean both = figure.fineTuned() != null;
        Interval interval = figure.interval();
        return new Line(texts.getProperty(key), texts.getProperty(key + ".meaning"), figure.items(),
                number(unit, figure.base(), ""), both ? number(unit, figure.fineTuned(), "") : null,
                both ? number(unit, figure.difference(), "+") : null,
                interval == null ? null
                        : number(unit, interval.low(), "+") + " … " + number(unit, interval.high(), "+"),
                judgement(figure), interval == null ? null : IntervalPlot.of(figure));
    }

    private static String judgement(Figure figure) {
        if (figure.interval() == null || figure.measure().better() == Measure.Better.NEITHER) {
            return "";
        }
        if (figure.interval().equals(new Interval(0, 0))) {
            return "same";
        }
        if (!figure.interval().excludesZero()) {
            return "unclear";
        }
        return figure.difference() > 0 == (figure.measure().better() == Measure.Better.HIGHER) ? "better" : "worse";
    }

    private static Sample sample(ItemResult result, Properties texts) {
        String title = result.kind() == EvaluationItem.Kind.SAMPLE ? texts.getProperty("sample.question")
                : texts.getProperty("sample.row") + " " + result.row();
        List<Answer> answers = new ArrayList<>();
        answers.add(Answer.of(texts.getProperty("base"), result, result.base()));
        if (result.fineTuned() != null) {
            answers.add(Answer.of(texts.getProperty("tuned"), result, result.fineTuned()));
        }
        return new Sample(title, result.question(), result.reference(), answers);
    }

    private static String number(Measure.Unit unit, double value, String sign) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return "–";
        }
        String text = switch (unit) {
            case NATS -> String.format(Locale.ROOT, "%" + sign + ".4f", value);
            case NUMBER -> String.format(Locale.ROOT, "%" + sign + ".3f", value);
            case SHARE -> String.format(Locale.ROOT, "%" + sign + ".1f\u00a0%%", 100 * value);
            case TOKENS -> String.format(Locale.ROOT, "%" + sign + ".1f", value);
        };
        return text.replace('-', '\u2212');
    }

    static double rounded(double coordinate) {
        return Math.round(10 * coordinate) / 10.0;
    }
}
