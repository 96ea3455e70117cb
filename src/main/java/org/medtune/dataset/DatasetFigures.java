package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a formatted dataset is like, for a person who decides whether it is the right one.
 *
 * @param summary counts of all rows
 * @param rejects why rows could not be used, the most frequent reason first, {@value #REASONS} reasons at most
 * @param lengths how long the accepted rows are: at most {@value #BINS} ranges of the same width, without a gap
 */
public record DatasetFigures(@JsonUnwrapped DatasetSummary summary, List<RejectReason> rejects,
                             List<LengthRange> lengths) {

    private static final int REASONS = 20;
    private static final int BINS = 20;
    private static final int ROWS = 10;

    /**
     * A reason of rejection.
     *
     * @param reason a sentence
     * @param count  how many rows were rejected for it
     * @param rows   the numbers of the first of them, {@value DatasetFigures#ROWS} at most
     */
    public record RejectReason(String reason, long count, List<Long> rows) {
    }

    /**
     * How many rows have a number of token ids in a range.
     *
     * @param from the smallest number
     * @param to   the greatest number
     * @param rows how many rows
     */
    public record LengthRange(int from, int to, long rows) {
    }

    /**
     * Measures what {@link TokenizedDatasetWriter} has finished in a folder; nothing where it has not yet. Reads the
     * files once from the beginning to the end, and holds a number for each length.
     *
     * @throws org.medtune.InvalidInputException if the files are damaged or cannot be read
     */
    public static Optional<DatasetFigures> measure(Path folder) {
        Path summary = folder.resolve(TokenizedDatasetWriter.SUMMARY_FILE);
        if (!Files.exists(summary)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new DatasetFigures(TokenizedFormat.readSummary(Files.readString(summary)),
                    rejects(folder.resolve(TokenizedDatasetWriter.REJECTS_FILE)),
                    lengths(folder.resolve(TokenizedDatasetWriter.TOKENIZED_FILE))));
        } catch (IOException | UncheckedIOException e) {
            throw MESSAGES.tokenizedDatasetUnreadable(folder, e.toString(), e);
        }
    }

    private static List<RejectReason> rejects(Path file) throws IOException {
        Map<String, List<Long>> rows = new LinkedHashMap<>();
        try (Stream<String> lines = Files.lines(file)) {
            for (String line : (Iterable<String>) lines::iterator) {
                TokenizedFormat.Reject reject = TokenizedFormat.readReject(line);
                rows.computeIfAbsent(reject.reason(), reason -> new ArrayList<>()).add(reject.row());
            }
        }
        return rows.entrySet().stream()
                .map(entry -> new RejectReason(entry.getKey(), entry.getValue().size(),
                        List.copyOf(entry.getValue().subList(0, Math.min(ROWS, entry.getValue().size())))))
                .sorted(Comparator.comparingLong(RejectReason::count).reversed())
                .limit(REASONS).toList();
    }

    private static List<LengthRange> lengths(Path file) throws IOException {
        TreeMap<Integer, Long> counts = new TreeMap<>();
        try (Stream<String> lines = Files.lines(file)) {
            for (String line : (Iterable<String>) lines::iterator) {
                counts.merge(TokenizedFormat.readExample(line).inputIds().length, 1L, Long::sum);
            }
        }
        if (counts.isEmpty()) {
            return List.of();
        }
        int shortest = counts.firstKey();
        int longest = counts.lastKey();
        int width = (longest - shortest) / BINS + 1;
        return IntStream.rangeClosed(0, (longest - shortest) / width)
                .map(bin -> shortest + bin * width)
                .mapToObj(from -> new LengthRange(from, from + width - 1,
                        counts.subMap(from, from + width).values().stream().mapToLong(Long::longValue).sum()))
                .toList();
    }
}
