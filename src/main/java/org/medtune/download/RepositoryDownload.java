package org.medtune.download;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.net.ProxySelector;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Fetches a repository into a folder that is there whole or not at all: until then the files lie in a hidden sibling,
 * where the next execution finds them. Used once, by one thread.
 */
public final class RepositoryDownload {

    /** How the hidden sibling begins, before the target's name. */
    public static final String UNFINISHED = ".download-";

    /** Room for the list of files and what else the file system needs. */
    private static final long SMALL_FILES = 16L << 20;

    private static final long LOOK_MILLISECONDS = 200;

    private final HubSource source;
    private final HubAccount account;
    private final Repository repository;
    private final FilePatterns patterns;
    private final Path target;
    private final int parallel;
    private final RetryPolicy policy;

    /**
     * @param target   the folder to make, which is not there yet
     * @param parallel files that are fetched at the same time
     */
    public RepositoryDownload(HubSource source, HubAccount account, Repository repository, FilePatterns patterns,
                              Path target, int parallel, RetryPolicy policy) {
        this.source = source;
        this.account = account;
        this.repository = repository;
        this.patterns = patterns;
        this.target = target;
        this.parallel = parallel;
        this.policy = policy;
    }

    /** Where the files of a folder lie until all of them are there. */
    public static Path unfinished(Path target) {
        return target.resolveSibling(UNFINISHED + target.getFileName());
    }

    /**
     * Fetches what is not there yet.
     *
     * @param asked    to stop; it does so within a second, and what has come stays
     * @param progress is told several times a second how far it is, by the calling thread
     * @return the folder, or nothing if it was stopped
     * @throws org.medtune.InvalidInputException if the repository is not to be had, or nothing in it is wanted
     * @throws org.medtune.RecoverableException  if network, disk or content are not as they should be
     */
    public Optional<Path> run(StopSignal asked, Consumer<DownloadProgress> progress) {
        // ends the other files' threads when one has failed, too
        StopSignal stop = new StopSignal();
        HubConnection connection = new HubConnection(account, source.hub(), policy, asked,
                new ProxyFromEnvironment(System.getenv(), ProxySelector.getDefault()));
        try {
            RepositoryListing all = source.hub().list(repository, connection);
            RepositoryListing listing = new RepositoryListing(all.commit(),
                    all.files().stream().filter(file -> patterns.accept(file.path()))
                            // our own record of another download, which somebody has published
                            .filter(file -> !file.path().equals(Origin.FILE)).toList());
            if (listing.files().isEmpty()) {
                throw MESSAGES.nothingToDownload(repository.name(), all.files().size());
            }
            return fetch(listing, asked, stop, progress);
        } catch (StopSignal.StoppedException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw MESSAGES.cannotWrite(target, e.toString(), e);
        }
    }

    private Optional<Path> fetch(RepositoryListing listing, StopSignal asked, StopSignal stop,
                                 Consumer<DownloadProgress> progress) throws IOException {
        Path folder = Files.createDirectories(unfinished(target));
        try (FolderLock lock = FolderLock.take(folder, target)) {
            Origin origin = new Origin(source.parameterName(), account.base().toString(), repository.kind(),
                    repository.name(), repository.revision(), listing.commit());
            DownloadState state = DownloadState.open(folder, origin);
            removeStrangers(folder, listing);
            Progress board = new Progress(listing, folder, state);
            checkRoom(folder, board);
            MESSAGES.downloadBegins(repository.name(), account.base(), listing.files().size(),
                    listing.bytes() >> 20, board.current().bytes() >> 20);
            HubConnection transfers = new HubConnection(account, source.hub(), policy, stop,
                    new ProxyFromEnvironment(System.getenv(), ProxySelector.getDefault()));
            fetchAll(listing, folder, state, board, transfers, new Signals(asked, stop), progress);
            return finish(folder, listing, asked, lock);
        }
    }

    /** The stop that somebody asks for, and the one that ends this download's threads. */
    private record Signals(StopSignal asked, StopSignal stop) {
    }

    private void fetchAll(RepositoryListing listing, Path folder, DownloadState state, Progress board,
                          HubConnection connection, Signals signals, Consumer<DownloadProgress> progress)
            throws IOException {
        Watchdog watchdog = new Watchdog(signals.stop(), policy.silence());
        ExecutorService threads = Executors.newFixedThreadPool(parallel, work -> {
            Thread thread = new Thread(work, "medtune-download");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<?>> transfers = new ArrayList<>();
            for (RepositoryFile file : listing.files()) {
                if (!board.isComplete(file)) {
                    transfers.add(threads.submit(() -> {
                        signals.stop().check();
                        new FileTransfer(connection, repository, file, folder, state, watchdog,
                                bytes -> board.show(file, bytes)).run();
                        board.complete(file);
                    }));
                }
            }
            progress.accept(board.current());
            for (Future<?> transfer : transfers) {
                await(transfer, watchdog, signals, board, progress);
            }
            progress.accept(board.current());
        } finally {
            signals.stop().give();
            threads.shutdownNow();
            while (!isEnded(threads)) {
                watchdog.look();
            }
        }
    }

    private static void await(Future<?> transfer, Watchdog watchdog, Signals signals, Progress board,
                              Consumer<DownloadProgress> progress) {
        while (true) {
            try {
                transfer.get(LOOK_MILLISECONDS, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                if (signals.asked().isGiven()) {
                    signals.stop().give();
                }
                watchdog.look();
                progress.accept(board.current());
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException thrown) {
                    throw thrown;
                }
                throw new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StopSignal.StoppedException();
            }
        }
    }

    private static boolean isEnded(ExecutorService threads) {
        try {
            return threads.awaitTermination(LOOK_MILLISECONDS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** What an earlier execution has fetched and this one does not want. */
    private static void removeStrangers(Path folder, RepositoryListing listing) throws IOException {
        Set<Path> wanted = new HashSet<>();
        wanted.add(folder.resolve(Origin.FILE));
        wanted.add(folder.resolve(FolderLock.FILE));
        for (RepositoryFile file : listing.files()) {
            wanted.add(folder.resolve(file.path()));
            wanted.add(folder.resolve(file.path() + FileTransfer.PART));
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(path -> !Files.isDirectory(path)).toList()) {
                if (!wanted.contains(file)) {
                    Files.delete(file);
                }
            }
        }
    }

    private void checkRoom(Path folder, Progress board) throws IOException {
        DownloadProgress now = board.current();
        long needed = now.totalBytes() - now.bytes() + SMALL_FILES;
        long free = Files.getFileStore(folder).getUsableSpace();
        if (free < needed) {
            throw MESSAGES.diskTooFull(target, needed >> 20, free >> 20);
        }
    }

    private Optional<Path> finish(Path folder, RepositoryListing listing, StopSignal asked, FolderLock lock)
            throws IOException {
        asked.check();
        for (RepositoryFile file : listing.files()) {
            Path path = folder.resolve(file.path());
            if (!Files.isRegularFile(path) || Files.size(path) != file.bytes()) {
                throw new IOException(path + " was changed by somebody else meanwhile");
            }
        }
        if (Files.exists(target)) {
            throw MESSAGES.downloadTargetExists(target);
        }
        lock.close();
        Files.move(folder, target, StandardCopyOption.ATOMIC_MOVE);
        force(target.getParent());
        MESSAGES.downloadComplete(repository.name(), target, listing.files().size(), listing.bytes() >> 20);
        return Optional.of(target);
    }

    /** Makes a folder's entries durable; Windows has no such call and keeps them by itself. */
    private static void force(Path folder) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
