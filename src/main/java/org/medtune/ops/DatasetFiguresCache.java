package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.medtune.dataset.DatasetFigures;
import org.medtune.dataset.TokenizedDatasetWriter;

/**
 * The figures of runs' datasets, each measured once however many ask, since that reads the whole tokenised dataset.
 * They are small, and those of runs that are deleted are forgotten. Safe for use by several threads.
 */
public final class DatasetFiguresCache {

    private final Map<Path, Known> known = new ConcurrentHashMap<>();

    /** @param finished when the dataset was; another time means another dataset */
    private record Known(FileTime finished, DatasetFigures figures) {
    }

    /**
     * What a run's dataset is like; nothing before the run has formatted it.
     *
     * @throws org.medtune.InvalidInputException if its files are damaged
     */
    Optional<DatasetFigures> find(RunFolder run) {
        Path summary = run.dataset().resolve(TokenizedDatasetWriter.SUMMARY_FILE);
        if (!Files.exists(summary)) {
            return Optional.empty();
        }
        known.keySet().removeIf(Files::notExists);
        // whoever asks for the same one meanwhile waits for this reading
        return Optional.ofNullable(known.compute(summary, (path, before) -> current(run, path, before)))
                .map(Known::figures);
    }

    private static Known current(RunFolder run, Path summary, Known before) {
        try {
            FileTime finished = Files.getLastModifiedTime(summary);
            return before != null && before.finished().equals(finished) ? before
                    : DatasetFigures.measure(run.dataset()).map(figures -> new Known(finished, figures)).orElse(null);
        } catch (IOException e) {
            throw MESSAGES.runFolderUnusable(summary, e.toString(), e);
        }
    }
}
