package org.medtune.download;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps two executions, of one server or of several, from fetching into the same folder. Ends with its process. */
final class FolderLock implements AutoCloseable {

    static final String FILE = "medtune-download.lock";

    private final Path file;
    private final FileChannel channel;

    private FolderLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @throws org.medtune.ConflictException if somebody has it
     */
    static FolderLock take(Path folder, Path target) throws IOException {
        Path file = folder.resolve(FILE);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean taken = false;
        try {
            FileLock lock = channel.tryLock();
            taken = lock != null;
        } catch (OverlappingFileLockException e) {
            // another thread of this process has it
        } finally {
            if (!taken) {
                channel.close();
            }
        }
        if (!taken) {
            throw MESSAGES.downloadRunsAlready(target);
        }
        return new FolderLock(file, channel);
    }

    /** Gives it back. Closing twice is allowed. */
    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            // while it is still held, so that it is not that of somebody who came after
            Files.deleteIfExists(file);
            channel.close();
        }
    }
}
