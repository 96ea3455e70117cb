package org.medtune.evaluation;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The likelihood of each row, base model to the right, fine-tuned model upwards, on one scale: below the diagonal the
 * fine-tuned model is better. Coordinates are those of a square of {@value #SIZE}, downwards as SVG has them.
 *
 * @param points of the rows
 * @param ticks  of both axes
 */
record RowPlot(List<Point> points, List<Tick> ticks) {

    /** The side of the square. */
    static final int SIZE = 300;

    private static final int TICKS = 4;

    /** A row's place; the title is for who points at it. */
    record Point(double x, double y, String title) {
    }

    /** A mark on both axes: its place from the origin, and the same from the top. */
    record Tick(double place, double fromTop, String label) {
    }

    /** Null where there are no rows of two models. */
    static RowPlot of(List<EvaluationReport.RowNll> rows) {
        if (rows.isEmpty() || rows.get(0).fineTuned() == null) {
            return null;
        }
        double least = values(rows).min(Double::compare).orElseThrow();
        double most = values(rows).max(Double::compare).orElseThrow();
        double margin = Math.max(0.05, (most - least) / 20);
        double from = least - margin;
        double scale = SIZE / (most - least + 2 * margin);
        return new RowPlot(rows.stream().map(row -> new Point(ReportView.rounded(scale * (row.base() - from)),
                        ReportView.rounded(SIZE - scale * (row.fineTuned() - from)),
                        String.format(Locale.ROOT, "%d: %.4f, %.4f", row.row(), row.base(), row.fineTuned()))).toList(),
                IntStream.range(0, TICKS).mapToObj(i -> {
                    double value = least + i * (most - least) / (TICKS - 1);
                    double place = ReportView.rounded(scale * (value - from));
                    return new Tick(place, ReportView.rounded(SIZE - place), String.format(Locale.ROOT, "%.2f", value));
                }).toList());
    }

    private static Stream<Double> values(List<EvaluationReport.RowNll> rows) {
        return rows.stream().flatMap(row -> Stream.of(row.base(), row.fineTuned()));
    }
}
