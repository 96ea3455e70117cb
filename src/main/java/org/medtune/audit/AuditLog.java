package org.medtune.audit;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.medtune.RecoverableException;

/**
 * Writes the audit log: an event is on the disk when {@link #record} returns. A full file is renamed and the chain goes
 * on in a new one; nothing is ever deleted here. What a process that died has left of its last line, which nobody was
 * told of as written, is cut off when the log is opened. One process writes a log, which a lock sees to; its threads
 * may share it.
 */
public final class AuditLog implements AutoCloseable {

    /** Bytes after which a file is full. */
    public static final long FULL = 16L << 20;

    private static final String LOCK = "audit.lock";

    private final AuditFiles files;
    private final Clock clock;
    private final long full;
    private FileChannel lock;
    /** Null between two files. No channel, since that of a thread that is interrupted is closed for all others, too. */
    private RandomAccessFile file;
    /** Where the next line goes: behind the last one that is whole. */
    private long end;
    private long first;
    private long sequence;
    private String head = HashedLine.NONE;

    private AuditLog(Path folder, Clock clock, long full) {
        this.files = new AuditFiles(folder);
        this.clock = clock;
        this.full = full;
    }

    /**
     * What there is at a moment.
     *
     * @param full    files, which nobody changes
     * @param current the bytes of the present one
     * @param head    the hash of the last line that was written
     */
    private record Content(List<Path> full, byte[] current, String head) {
    }

    /**
     * Opens the log in a folder, which is made if need be.
     *
     * @throws RecoverableException if it cannot be written, its end cannot be understood, or another process writes it
     */
    public static AuditLog open(Path folder) {
        return open(folder, Clock.systemUTC(), FULL);
    }

    static AuditLog open(Path folder, Clock clock, long full) {
        AuditLog log = new AuditLog(folder, clock, full);
        try {
            Files.createDirectories(folder);
            log.takeLock();
            log.findEnd();
            log.openFile();
            return log;
        } catch (IOException e) {
            log.giveLockBack();
            throw MESSAGES.auditLogUnusable(folder, e.toString(), e);
        }
    }

    /**
     * Adds an event.
     *
     * @throws RecoverableException if it cannot be written; the log is as before then, and the next event is tried anew
     */
    public synchronized void record(AuditEvent event) {
        HashedLine line = AuditEntry.of(sequence + 1, clock.instant(), event, head).seal();
        try {
            if (end >= full) {
                rotate();
            }
            if (file == null) {
                openFile();
            }
            write(line);
        } catch (IOException e) {
            throw MESSAGES.auditLogUnusable(files.folder(), e.toString(), e);
        }
        sequence = line.sequence();
        head = line.hash();
        if (first == 0) {
            first = sequence;
        }
    }

    /**
     * The latest entries that are wanted, the newest first.
     *
     * @param offset wanted entries to pass over
     * @param limit  the most to give
     */
    public List<AuditEntry> latest(Predicate<AuditEntry> wanted, int offset, int limit) {
        List<AuditEntry> found = new ArrayList<>();
        try {
            Content content = content();
            int left = collect(content.current(), wanted, offset, limit, found);
            for (int i = content.full().size() - 1; i >= 0 && found.size() < limit; i--) {
                left = collect(Files.readAllBytes(content.full().get(i)), wanted, left, limit, found);
            }
            return found;
        } catch (IOException e) {
            throw MESSAGES.auditLogUnusable(files.folder(), e.toString(), e);
        }
    }

    /**
     * Follows the chain of hashes up to the line that this log has written last, while others may be added; a log that
     * somebody has shortened meanwhile is not intact.
     */
    public AuditCheck check() {
        try {
            Content content = content();
            return AuditCheck.of(content.full(), files.current(), content.current(), content.head());
        } catch (IOException e) {
            throw MESSAGES.auditLogUnusable(files.folder(), e.toString(), e);
        }
    }

    @Override
    public synchronized void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            // everything in it was forced to the disk before
            throw MESSAGES.auditLogUnusable(files.folder(), e.toString(), e);
        } finally {
            giveLockBack();
        }
    }

    private synchronized Content content() throws IOException {
        List<Path> full = files.all().stream().filter(path -> !path.equals(files.current())).toList();
        // between two files there is none
        return new Content(full, Files.exists(files.current())
                ? Arrays.copyOf(Files.readAllBytes(files.current()), (int) end) : new byte[0], head);
    }

    /** Adds what is wanted of a file's content, and tells how many are still to be passed over. */
    private static int collect(byte[] content, Predicate<AuditEntry> wanted, int offset, int limit,
            List<AuditEntry> found) {
        Deque<AuditEntry> newestFirst = new ArrayDeque<>();
        // bytes that are no UTF-8 become signs that say so
        new String(content, StandardCharsets.UTF_8).lines().map(AuditLog::parse).flatMap(Optional::stream)
                .filter(wanted).forEach(newestFirst::push);
        newestFirst.stream().skip(offset).limit(limit - found.size()).forEach(found::add);
        return Math.max(0, offset - newestFirst.size());
    }

    private void write(HashedLine line) throws IOException {
        byte[] bytes = (line.text() + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            cutOffBehindEnd();
            file.seek(end);
            file.write(bytes);
            file.getFD().sync();
        } catch (IOException e) {
            try {
                // half a line would break the chain for whoever reads it before the next one is written
                cutOffBehindEnd();
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
        end += bytes.length;
    }

    private void cutOffBehindEnd() throws IOException {
        if (file.length() > end) {
            file.setLength(end);
        }
    }

    private void rotate() throws IOException {
        if (file != null) {
            file.close();
            file = null;
        }
        Path target = files.full(first, sequence);
        Files.move(files.current(), target);
        MESSAGES.auditFileFull(target, sequence, head);
        first = 0;
        end = 0;
    }

    private void openFile() throws IOException {
        if (!Files.exists(files.current())) {
            boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
            Files.createFile(files.current(), posix ? new FileAttribute<?>[] {
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))}
                    : new FileAttribute<?>[0]);
            if (posix) {
                try (FileChannel folder = FileChannel.open(files.folder(), StandardOpenOption.READ)) {
                    folder.force(true);
                }
            }
        }
        file = new RandomAccessFile(files.current().toFile(), "rw");
    }

    private void takeLock() throws IOException {
        lock = FileChannel.open(files.folder().resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean taken;
        try {
            taken = lock.tryLock() == null;
        } catch (OverlappingFileLockException e) {
            taken = true;
        }
        if (taken) {
            throw new IOException("another server writes it; give each a MEDTUNE_SERVER_NAME of its own");
        }
    }

    private void giveLockBack() {
        try {
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            MESSAGES.debugf(e, "The lock of the audit log is not given back before the process ends");
        }
    }

    private void findEnd() throws IOException {
        cutOffHalfLine();
        if (Files.exists(files.current())) {
            end = Files.size(files.current());
        }
        List<Path> all = files.all();
        for (int i = all.size() - 1; i >= 0 && sequence == 0; i--) {
            List<String> lines = Files.readAllLines(all.get(i), StandardCharsets.UTF_8);
            if (!lines.isEmpty()) {
                HashedLine last = HashedLine.read(lines.get(lines.size() - 1))
                        .orElseThrow(() -> new IOException("its last line is no line of an audit log"));
                sequence = last.sequence();
                head = last.hash();
                if (all.get(i).equals(files.current())) {
                    first = sequence - lines.size() + 1;
                }
            }
        }
    }

    private void cutOffHalfLine() throws IOException {
        if (!Files.exists(files.current())) {
            return;
        }
        try (RandomAccessFile found = new RandomAccessFile(files.current().toFile(), "rw")) {
            long length = found.length();
            long lineEnd = length;
            while (lineEnd > 0) {
                found.seek(lineEnd - 1);
                if (found.read() == '\n') {
                    break;
                }
                lineEnd--;
            }
            if (lineEnd < length) {
                found.setLength(lineEnd);
                found.getFD().sync();
                MESSAGES.auditLineCutOff(files.current(), length - lineEnd);
            }
        }
    }

    private static Optional<AuditEntry> parse(String line) {
        try {
            return Optional.of(AuditEntry.read(line));
        } catch (JsonProcessingException e) {
            // the check tells of it; here the others are still worth showing
            return Optional.empty();
        }
    }
}
