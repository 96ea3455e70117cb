package org.medtune.catalogue;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Stream;

/** How large a folder is, and how old. */
final class FolderSize {

    private FolderSize() {
    }

    /** Bytes of all files; what vanishes meanwhile does not count. */
    static long of(Path folder) {
        try (Stream<Path> files = Files.walk(folder.toRealPath())) {
            return files.filter(Files::isRegularFile).mapToLong(FolderSize::bytes).sum();
        } catch (IOException | UncheckedIOException e) {
            throw MESSAGES.cannotRead(folder, e.toString(), e);
        }
    }

    /** When an entry of the folder was made or deleted last. */
    static Instant modified(Path folder) {
        try {
            return Files.getLastModifiedTime(folder).toInstant();
        } catch (IOException e) {
            throw MESSAGES.cannotRead(folder, e.toString(), e);
        }
    }

    private static long bytes(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }
}
