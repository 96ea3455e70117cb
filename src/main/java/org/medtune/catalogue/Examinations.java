package org.medtune.catalogue;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * Does in the background, one after the other, what takes long, and remembers what came of it until the file changes.
 * Safe for use by several threads.
 *
 * @param <V> what comes of it
 */
final class Examinations<V> implements AutoCloseable {

    private final Function<Path, V> examine;
    private final Map<Path, Known<V>> known = new ConcurrentHashMap<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        Thread background = new Thread(work, "medtune-examination");
        background.setDaemon(true);
        background.setPriority(Thread.MIN_PRIORITY);
        return background;
    });

    /** What tells that a file is still the same. */
    private record Stamp(long bytes, FileTime modified) {
    }

    private record Known<V>(Stamp stamp, CompletableFuture<V> value) {
    }

    Examinations(Function<Path, V> examine) {
        this.examine = examine;
    }

    /** What is known of a file now; if nothing, that is found out meanwhile. */
    Optional<V> now(Path file) {
        CompletableFuture<V> value = of(file);
        return value.isDone() && !value.isCompletedExceptionally()
                ? Optional.ofNullable(value.join()) : Optional.empty();
    }

    /** Forgets files that are not there any more. */
    void forgetMissing() {
        known.keySet().removeIf(Files::notExists);
    }

    private CompletableFuture<V> of(Path file) {
        Stamp stamp;
        try {
            stamp = new Stamp(Files.size(file), Files.getLastModifiedTime(file));
        } catch (IOException e) {
            return CompletableFuture.completedFuture(null);
        }
        return known.compute(file, (path, before) -> before != null && before.stamp().equals(stamp) ? before
                : new Known<>(stamp, CompletableFuture.supplyAsync(() -> examine(path), thread))).value();
    }

    private V examine(Path file) {
        try {
            return examine.apply(file);
        } catch (RuntimeException e) {
            MESSAGES.examinationFailed(file, e);
            throw e;
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
