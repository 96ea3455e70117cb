package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.medtune.RecoverableException;

/**
 * What the server has logged of one run, in all of its executions: a folder with some files, each named after the
 * position of its first byte in the whole log. When the newest is full the next one is begun, and the oldest goes; so
 * the folder stays below {@link #LONGEST} bytes, and a position that a reader has remembered stays what it was. Threads
 * of one server may write at the same time, and anybody may read meanwhile.
 */
public final class RunLog {

    /** The most bytes that are kept of a run. */
    public static final long LONGEST = 8L << 20;

    /** The most bytes of one record, with its stack trace; what is longer is cut. */
    static final int LONGEST_RECORD = 64 << 10;

    private static final int FILES = 4;
    private static final Pattern NAME = Pattern.compile("(\\d{19})\\.log");

    private final Path folder;
    private final long fileLength;
    private boolean appended;

    /** The log in a folder, which is made with the first line. */
    public RunLog(Path folder) {
        this(folder, LONGEST / FILES);
    }

    RunLog(Path folder, long fileLength) {
        this.folder = folder;
        this.fileLength = fileLength;
    }

    /** The log of a run. */
    public static RunLog of(MedtuneHome home, String job, RunKey run) {
        return new RunLog(home.runLogs().resolve(
                job + "-" + run.instanceId() + "-" + run.created().toEpochMilli()));
    }

    /** Where its files are, once there is a line. */
    Path folder() {
        return folder;
    }

    /**
     * Some lines of a log.
     *
     * @param from  position of the first of them; greater than what was asked for where older lines are gone
     * @param next  position behind the last of them: where to go on reading
     * @param end   position behind the newest line that there was
     * @param lines whole lines, the oldest first
     */
    public record Page(long from, long next, long end, List<String> lines) {
    }

    /** A file of the log, and the position of its first byte. */
    private record Segment(Path file, long start) {

        long end() throws IOException {
            return start + Files.size(file);
        }
    }

    /** Adds a record: a line, or several if it has a stack trace. */
    public synchronized void append(String record) throws IOException {
        byte[] bytes = shortened(record.endsWith("\n") ? record : record + "\n");
        List<Segment> segments = segments();
        Segment newest = segments.isEmpty() ? null : segments.get(segments.size() - 1);
        if (newest != null && !appended) {
            endLine(newest.file());
        }
        appended = true;
        if (newest == null || Files.size(newest.file()) + bytes.length > fileLength && Files.size(newest.file()) > 0) {
            Files.createDirectories(folder);
            long start = newest == null ? 0 : newest.end();
            newest = new Segment(folder.resolve(String.format(Locale.ROOT, "%019d.log", start)), start);
            for (int i = 0; i <= segments.size() - FILES; i++) {
                Files.deleteIfExists(segments.get(i).file());
            }
        }
        Files.write(newest.file(), bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Ends a line that a killed server has left unfinished, so that readers get past it. */
    private static void endLine(Path file) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(Math.max(0, open.length() - 1));
            int last = open.read();
            if (last >= 0 && last != '\n') {
                open.write('\n');
            }
        }
    }

    /**
     * Reads on from a position.
     *
     * @param after 0, or {@link Page#next} of an earlier page; another position begins with the next whole line
     * @param most  the bytes to read; where the first line is longer, it alone comes
     * @throws RecoverableException if the files cannot be read
     */
    public Page read(long after, int most) {
        try {
            List<Segment> segments = segments();
            if (segments.isEmpty()) {
                return new Page(0, 0, 0, List.of());
            }
            long end = segments.get(segments.size() - 1).end();
            long from = Math.min(Math.max(after, segments.get(0).start()), end);
            // a file ends with a whole line, so the first one that has something to give suffices
            for (Segment segment : segments) {
                if (from < segment.end()) {
                    Page page = page(segment, Math.max(from, segment.start()), most, end);
                    if (!page.lines().isEmpty() || segment.end() >= end) {
                        return page;
                    }
                    // within the last line of a file that is full
                    from = segment.end();
                }
            }
            return new Page(from, from, end, List.of());
        } catch (NoSuchFileException e) {
            // the oldest file has gone meanwhile
            return read(after, most);
        } catch (IOException e) {
            throw MESSAGES.runLogUnreadable(folder, e.toString(), e);
        }
    }

    /** Bytes of all files. */
    long bytes() throws IOException {
        long bytes = 0;
        for (Segment segment : segments()) {
            bytes += Files.size(segment.file());
        }
        return bytes;
    }

    private static Page page(Segment segment, long from, int most, long end) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(segment.file().toFile(), "r")) {
            long position = from - segment.start();
            // one byte before tells whether a line begins here
            file.seek(Math.max(0, position - 1));
            byte[] bytes = new byte[(int) Math.min(file.length() - file.getFilePointer(),
                    (long) Math.max(most, LONGEST_RECORD) + 1)];
            file.readFully(bytes);
            int first = position == 0 ? 0 : lineEnd(bytes, 0);
            int last = first;
            int limit = first + most;
            for (int next = lineEnd(bytes, first); next > 0 && (next <= limit || last == first);
                    next = lineEnd(bytes, next)) {
                last = next;
            }
            long begin = segment.start() + Math.max(0, position - 1) + Math.max(0, first);
            if (first < 0 || last == first) {
                // somebody is in the middle of writing this line
                return new Page(from, from, end, List.of());
            }
            String text = new String(bytes, first, last - first, StandardCharsets.UTF_8);
            return new Page(begin, begin + last - first, end, text.lines().toList());
        }
    }

    /** The index behind the next end of a line, or -1 if there is none. */
    private static int lineEnd(byte[] bytes, int from) {
        for (int i = Math.max(0, from); i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                return i + 1;
            }
        }
        return -1;
    }

    private static byte[] shortened(String record) {
        byte[] bytes = record.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= LONGEST_RECORD) {
            return bytes;
        }
        byte[] shorter = Arrays.copyOf(bytes, LONGEST_RECORD);
        int end = shorter.length - 1;
        // not in the middle of a character
        while ((shorter[end - 1] & 0xC0) == 0x80) {
            end--;
        }
        if (shorter[end - 1] < 0) {
            end--;
        }
        shorter[end] = '\n';
        return Arrays.copyOf(shorter, end + 1);
    }

    /** The oldest first. */
    private List<Segment> segments() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Segment> segments = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                Matcher matcher = NAME.matcher(file.getFileName().toString());
                if (matcher.matches()) {
                    segments.add(new Segment(file, Long.parseLong(matcher.group(1))));
                }
            }
        }
        return segments;
    }
}
