package org.medtune.ops;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A run's folder on its way out. It is marked while the job repository still has the run, and removed when it has not:
 * so a purge that is killed in between leaves a whole run, or a folder whose mark says that it is to go.
 *
 * @param path the folder
 */
record PurgedFolder(Path path) {

    /** How a folder's name begins that is being deleted. */
    private static final String HIDDEN_PREFIX = ".purged-";
    private static final String MARK = ".purge";

    /** The run folders below a folder, without those that are being deleted. */
    static List<PurgedFolder> list(Path runs) throws IOException {
        return children(runs, false);
    }

    /** What killed purges were deleting. */
    static List<PurgedFolder> remains(Path runs) throws IOException {
        return children(runs, true);
    }

    /** Says that the folder is to go with the run. */
    void mark() throws IOException {
        Files.write(path.resolve(MARK), new byte[0]);
    }

    /** The run stays after all. */
    void unmark() throws IOException {
        Files.deleteIfExists(path.resolve(MARK));
    }

    boolean marked() {
        return Files.exists(path.resolve(MARK));
    }

    /** Takes the folder out of sight in one step, and deletes it then. */
    void remove() throws IOException {
        Path hidden = path;
        if (!path.getFileName().toString().startsWith(HIDDEN_PREFIX)) {
            hidden = path.resolveSibling(HIDDEN_PREFIX + path.getFileName() + "-" + UUID.randomUUID());
            Files.move(path, hidden, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.walkFileTree(hidden, new Deletion());
    }

    /** Of all files, as far as they can be read. */
    long bytes() {
        try (Stream<Path> paths = Files.walk(path)) {
            return paths.filter(Files::isRegularFile).mapToLong(PurgedFolder::size).sum();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }

    /** When something in it was last changed. */
    Instant lastChange() throws IOException {
        try (Stream<Path> paths = Files.walk(path)) {
            Instant latest = Instant.EPOCH;
            for (Path each : paths.toList()) {
                FileTime changed = Files.getLastModifiedTime(each);
                latest = changed.toInstant().isAfter(latest) ? changed.toInstant() : latest;
            }
            return latest;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static List<PurgedFolder> children(Path runs, boolean hidden) throws IOException {
        if (!Files.isDirectory(runs)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(runs)) {
            return children.filter(Files::isDirectory)
                    .filter(child -> child.getFileName().toString().startsWith(HIDDEN_PREFIX) == hidden)
                    .sorted().map(PurgedFolder::new).toList();
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }

    /** Links are deleted, and not what they lead to. */
    private static final class Deletion extends SimpleFileVisitor<Path> {

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
