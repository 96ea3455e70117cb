package org.medtune.audit;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.medtune.RecoverableException;

/**
 * Writes the audit log: an event is on the disk when {@link #record} returns. A full file is renamed and the chain goes
 * on in a new one; nothing is ever deleted here. What a process that died has left of its last line, which nobody was
 * told of as written, is cut off when the log is opened. One process writes a log; its threads may share it.
 */
public final class AuditLog implements AutoCloseable {

    /** Bytes after which a file is full. */
    public static final long FULL = 16L << 20;

    private final AuditFiles files;
    private final Clock clock;
    private final long full;
    private FileChannel channel;
    private long first;
    private long sequence;
    private String head = HashedLine.NONE;

    private AuditLog(Path folder, Clock clock, long full) {
        this.files = new AuditFiles(folder);
        this.clock = clock;
        this.full = full;
    }

    /**
     * Opens the log in a folder, which is made if need be.
     *
     * @throws RecoverableException if it cannot be written, or its end cannot be understood
     */
    public static AuditLog open(Path folder) {
        return open(folder, Clock.systemUTC(), FULL);
    }

    static AuditLog open(Path folder, Clock clock, long full) {
        AuditLog log = new AuditLog(folder, clock, full);
        try {
            Files.createDirectories(folder);
            log.findEnd();
            log.openFile();
            return log;
        } catch (IOException e) {
            throw MESSAGES.auditLogUnusable(folder, e.toString(), e);
        }
    }

    /** The folder of its files. */
    public Path folder() {
        return files.folder();
    }

    /**
     * Adds an event.
     *
     * @throws RecoverableException if it cannot be written; the log is as before then
     */
    public synchronized void record(AuditEvent event) {
        HashedLine line = AuditEntry.of(sequence + 1, clock.instant(), event, head).seal();
        try {
            long end = channel.size();
            if (end >= full) {
                rotate();
                end = 0;
            }
            write(line, end);
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
        int passed = 0;
        try {
            List<Path> newestFirst = new ArrayList<>(files.all());
            Collections.reverse(newestFirst);
            for (Path file : newestFirst) {
                Deque<AuditEntry> ofFile = new ArrayDeque<>();
                try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
                    lines.map(AuditLog::parse).flatMap(Optional::stream).filter(wanted).forEach(ofFile::push);
                }
                for (AuditEntry entry : ofFile) {
                    if (passed++ >= offset) {
                        found.add(entry);
                    }
                    if (found.size() == limit) {
                        return found;
                    }
                }
            }
            return found;
        } catch (IOException e) {
            throw MESSAGES.auditLogUnusable(files.folder(), e.toString(), e);
        }
    }

    @Override
    public synchronized void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // everything in it was forced to the disk before
            throw MESSAGES.auditLogUnusable(files.folder(), e.toString(), e);
        }
    }

    private void write(HashedLine line, long end) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((line.text() + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            for (long position = end; bytes.hasRemaining();) {
                position += channel.write(bytes, position);
            }
            channel.force(true);
        } catch (IOException e) {
            // half a line would break the chain of what comes after
            channel.truncate(end);
            throw e;
        }
    }

    private void rotate() throws IOException {
        channel.close();
        Path target = files.full(first, sequence);
        Files.move(files.current(), target);
        MESSAGES.auditFileFull(target, sequence, head);
        first = 0;
        openFile();
    }

    private void openFile() throws IOException {
        if (!Files.exists(files.current())) {
            Files.createFile(files.current());
            if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
                Files.setPosixFilePermissions(files.current(), PosixFilePermissions.fromString("rw-------"));
                try (FileChannel folder = FileChannel.open(files.folder(), StandardOpenOption.READ)) {
                    folder.force(true);
                }
            }
        }
        channel = FileChannel.open(files.current(), StandardOpenOption.WRITE);
    }

    private void findEnd() throws IOException {
        cutOffHalfLine();
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
        try (RandomAccessFile file = new RandomAccessFile(files.current().toFile(), "rw")) {
            long end = file.length();
            long lineEnd = end;
            while (lineEnd > 0) {
                file.seek(lineEnd - 1);
                if (file.read() == '\n') {
                    break;
                }
                lineEnd--;
            }
            if (lineEnd < end) {
                file.setLength(lineEnd);
                file.getFD().sync();
                MESSAGES.auditLineCutOff(files.current(), end - lineEnd);
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
