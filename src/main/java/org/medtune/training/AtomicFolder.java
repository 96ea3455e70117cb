package org.medtune.training;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Makes a folder that is either there whole or not there: the files are written into a hidden sibling, forced to the
 * disk, described by a {@link Manifest}, and the sibling is moved to its name in one step.
 */
public final class AtomicFolder {

    /** Longer than anybody takes between two files of a folder: older remains where many write are nobody's. */
    public static final Duration LONGEST_WRITING = Duration.ofDays(1);

    /** How the hidden siblings begin; one that is found at start-up is the remains of a process that died. */
    static final String TEMPORARY_PREFIX = ".writing-";

    /** How a folder begins that is being deleted. */
    static final String DELETED_PREFIX = ".deleting-";

    private AtomicFolder() {}

    /** Writes files into an empty folder. */
    @FunctionalInterface
    public interface Contents {

        /** Writes the files; whatever it throws, nothing of them remains. */
        void writeTo(Path folder) throws IOException;
    }

    /**
     * Makes a folder.
     *
     * @param target the folder, which must not exist; its parent is made if need be
     * @param neededBytes what the contents will take; asked of the file system before anything is written
     * @throws org.medtune.RecoverableException when the disk is too full or a file cannot be written
     */
    public static void create(Path target, long neededBytes, Contents contents) {
        Path parent = target.toAbsolutePath().getParent();
        try {
            Files.createDirectories(parent);
            long free = Files.getFileStore(parent).getUsableSpace();
            if (free < neededBytes) {
                throw MESSAGES.diskTooFull(target, neededBytes, free);
            }
            Path temporary = Files.createDirectory(parent.resolve(TEMPORARY_PREFIX + UUID.randomUUID()));
            try {
                contents.writeTo(temporary);
                Manifest.of(temporary).write(temporary);
                forceAll(temporary);
                move(temporary, target);
                force(parent);
            } finally {
                deleteIfPresent(temporary);
            }
        } catch (IOException e) {
            throw MESSAGES.cannotWrite(target, e.toString(), e);
        } catch (UncheckedIOException e) {
            throw MESSAGES.cannotWrite(target, e.getCause().toString(), e);
        }
    }

    /** Deletes a folder: nobody ever finds half of it under its name. */
    static void delete(Path folder) throws IOException {
        Path doomed = folder.resolveSibling(DELETED_PREFIX + UUID.randomUUID());
        Files.move(folder, doomed, StandardCopyOption.ATOMIC_MOVE);
        deleteIfPresent(doomed);
    }

    /** Deletes the remains of processes that died while writing below a folder, or deleting; nobody may be writing. */
    public static void deleteRemains(Path parent) throws IOException {
        deleteRemains(parent, Duration.ZERO);
    }

    /**
     * Deletes the remains of processes that died while writing below a folder where others may be writing now.
     *
     * @param age how long ago the remains were last written to, at least: longer than anybody takes to write
     */
    public static void deleteRemains(Path parent, Duration age) throws IOException {
        if (!Files.isDirectory(parent)) {
            return;
        }
        Instant youngest = Instant.now().minus(age);
        List<Path> remains;
        try (Stream<Path> children = Files.list(parent)) {
            remains = children.filter(AtomicFolder::isRemains).toList();
        }
        for (Path path : remains) {
            if (!Files.getLastModifiedTime(path).toInstant().isAfter(youngest)) {
                deleteIfPresent(path);
            }
        }
    }

    private static boolean isRemains(Path path) {
        String name = path.getFileName().toString();
        return name.startsWith(TEMPORARY_PREFIX) || name.startsWith(DELETED_PREFIX);
    }

    private static void move(Path from, Path to) throws IOException {
        if (Files.exists(to)) {
            throw new IOException(to + " exists already");
        }
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("The file system cannot move a folder in one step", e);
        }
    }

    private static void forceAll(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
            }
        }
        force(folder);
    }

    /** Makes a folder's entries durable; Windows has no such call and keeps them by itself. */
    private static void force(Path folder) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static void deleteIfPresent(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
