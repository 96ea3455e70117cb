package org.medtune.download;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Adds up how far the files of a download are. Safe for use by several threads. */
final class Progress {

    private static final Duration SPEED_OVER = Duration.ofSeconds(10);

    private final long totalBytes;
    private final int totalFiles;
    private final Map<String, Long> there = new HashMap<>();
    private final Set<String> complete = new HashSet<>();
    private final Deque<Sample> samples = new ArrayDeque<>();
    private long bytes;

    private record Sample(long nanoseconds, long bytes) {
    }

    Progress(RepositoryListing listing, Path folder, DownloadState state) throws IOException {
        totalBytes = listing.bytes();
        totalFiles = listing.files().size();
        for (RepositoryFile file : listing.files()) {
            Path whole = folder.resolve(file.path());
            Path part = folder.resolve(file.path() + FileTransfer.PART);
            if (state.isChecked(file) && Files.isRegularFile(whole) && Files.size(whole) == file.bytes()) {
                show(file, file.bytes());
                complete(file);
            } else if (Files.isRegularFile(part)) {
                show(file, Math.min(Files.size(part), file.bytes()));
            }
        }
    }

    synchronized void show(RepositoryFile file, long bytesOfIt) {
        Long before = there.put(file.path(), bytesOfIt);
        bytes += bytesOfIt - (before == null ? 0 : before);
    }

    synchronized void complete(RepositoryFile file) {
        complete.add(file.path());
    }

    synchronized boolean isComplete(RepositoryFile file) {
        return complete.contains(file.path());
    }

    synchronized DownloadProgress current() {
        long now = System.nanoTime();
        samples.addLast(new Sample(now, bytes));
        while (samples.size() > 2 && now - samples.peekFirst().nanoseconds() > SPEED_OVER.toNanos()) {
            samples.removeFirst();
        }
        Sample first = samples.peekFirst();
        double seconds = (now - first.nanoseconds()) / 1e9;
        long speed = seconds < 0.1 ? 0 : Math.max(0, Math.round((bytes - first.bytes()) / seconds));
        return new DownloadProgress(bytes, totalBytes, complete.size(), totalFiles, speed);
    }
}
