package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A checkpoint as its folder tells.
 *
 * @param name  of the folder
 * @param step  after which it was made
 * @param bytes of its files
 * @param made  when it took its place, ISO 8601 in UTC
 */
public record RunCheckpoint(String name, int step, long bytes, String made) {

    private static final Pattern NAME = Pattern.compile("checkpoint-(\\d{1,9})");

    /** The checkpoints in a folder by their steps; unfinished and damaged ones have other names and are left out. */
    static List<RunCheckpoint> list(Path folder) {
        try (Stream<Path> children = Files.list(folder)) {
            return children.map(RunCheckpoint::of).flatMap(Optional::stream)
                    .sorted(Comparator.comparingInt(RunCheckpoint::step)).toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw MESSAGES.runFolderUnusable(folder, e.toString(), e);
        }
    }

    private static Optional<RunCheckpoint> of(Path folder) {
        Matcher name = NAME.matcher(folder.getFileName().toString());
        if (!name.matches()) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            long bytes = 0;
            for (Path file : (Iterable<Path>) files::iterator) {
                bytes += Files.size(file);
            }
            Instant made = Files.getLastModifiedTime(folder).toInstant();
            return Optional.of(new RunCheckpoint(name.group(), Integer.parseInt(name.group(1)), bytes,
                    made.toString()));
        } catch (NoSuchFileException e) {
            // training thins its checkpoints out meanwhile
            return Optional.empty();
        } catch (IOException e) {
            throw MESSAGES.runFolderUnusable(folder, e.toString(), e);
        }
    }
}
