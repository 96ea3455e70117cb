package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Where a server keeps its data, by a number that outlives it. The file with that number is locked as long as the
 * server lives, so whoever holds the lock knows that every earlier server of this place is dead, without waiting for a
 * lease to expire. A second server on the same folder gets a number of its own, which nobody finds again.
 */
public final class ServerPlace implements AutoCloseable {

    private static final String FILE = "server-place.id";
    private static final int UUID_LENGTH = 36;

    private final UUID id;
    private final FileChannel locked;

    private ServerPlace(UUID id, FileChannel locked) {
        this.id = id;
        this.locked = locked;
    }

    /**
     * Takes a folder.
     *
     * @param folder the server's own data folder, which is made if need be
     * @throws org.medtune.RecoverableException if the file system refuses
     */
    public static ServerPlace take(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            Files.createDirectories(folder);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            if (!lock(channel)) {
                channel.close();
                return new ServerPlace(UUID.randomUUID(), null);
            }
            return new ServerPlace(numberIn(channel), channel);
        } catch (IOException e) {
            throw MESSAGES.cannotWrite(file, e.toString(), e);
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            // by an earlier deployment of this very process
            return false;
        }
    }

    private static UUID numberIn(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(UUID_LENGTH);
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
            // until the file or the buffer ends
        }
        try {
            return UUID.fromString(new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            // a new file, or one that a crash has left half
            UUID id = UUID.randomUUID();
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(id.toString().getBytes(StandardCharsets.US_ASCII)), 0);
            channel.force(true);
            return id;
        }
    }

    /** The number. */
    public UUID id() {
        return id;
    }

    /** Lets the folder go. */
    @Override
    public void close() {
        if (locked != null) {
            try {
                locked.close();
            } catch (IOException e) {
                MESSAGES.debugf(e, "The lock of the server's place is not given back before the process ends");
            }
        }
    }
}
