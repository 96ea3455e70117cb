package org.medtune.download;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Fetches one file. What has come lies beside its place and is taken up again where that is possible: the server is
 * asked for the rest of the very content that the beginning is of (RFC 9110, sections 13.1.5 and 14). A file is moved
 * to its place when its size and its digest are right. For one thread.
 */
final class FileTransfer {

    /** How the beginning of a file is called until the file is whole. */
    static final String PART = ".part";

    /** Content that is wrong twice is wrong at the server, or is changed on its way. */
    private static final int MOST_WRONG_CONTENTS = 2;

    private final HubConnection connection;
    private final Repository repository;
    private final RepositoryFile file;
    private final Path part;
    private final Path target;
    private final DownloadState state;
    private final Watchdog watchdog;
    private final LongConsumer progress;

    /**
     * @param folder   that the file's path is relative to
     * @param progress is told how many bytes of the file are there; fewer than before when it begins anew
     */
    FileTransfer(HubConnection connection, Repository repository, RepositoryFile file, Path folder,
                 DownloadState state, Watchdog watchdog, LongConsumer progress) {
        this.connection = connection;
        this.repository = repository;
        this.file = file;
        this.target = folder.resolve(file.path());
        this.part = target.resolveSibling(target.getFileName() + PART);
        this.state = state;
        this.watchdog = watchdog;
        this.progress = progress;
    }

    /**
     * Fetches the file, or the rest of it.
     *
     * @throws org.medtune.InvalidInputException if it is not to be had
     * @throws org.medtune.RecoverableException  if the network, the disk or the content is not as it should be
     * @throws StopSignal.StoppedException       when that was asked for
     */
    void run() {
        try {
            Files.createDirectories(target.getParent());
            if (Files.isRegularFile(target) && isRight(target)) {
                state.complete(file);
                progress.accept(file.bytes());
                return;
            }
            int wrong = 0;
            do {
                fetch();
                if (isRight(part)) {
                    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                    state.complete(file);
                    return;
                }
                wrong++;
                MESSAGES.contentWrong(file.path(), file.digest().map(Digest::value).orElse("none"));
                Files.delete(part);
                progress.accept(0);
            } while (wrong < MOST_WRONG_CONTENTS);
            throw MESSAGES.contentWrongAgain(file.path(), file.address().getHost(), wrong);
        } catch (IOException e) {
            throw MESSAGES.cannotWrite(target, e.toString(), e);
        }
    }

    private boolean isRight(Path content) throws IOException {
        if (Files.size(content) != file.bytes()) {
            return false;
        }
        Optional<Digest> wanted = file.digest();
        return wanted.isEmpty()
                || Digest.of(content, wanted.get().algorithm(), watchdog.stop()).equals(wanted.get());
    }

    /** Makes the part as long as the file, in as many requests as that takes. */
    private void fetch() throws IOException {
        int attempt = 0;
        try (FileChannel out = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            long there = out.size();
            if (there > file.bytes() || there > 0 && !canBeTakenUp()) {
                out.truncate(0);
                there = 0;
            }
            long furthest = there;
            while (there < file.bytes() || attempt == 0 && file.bytes() == 0) {
                attempt++;
                progress.accept(there);
                Optional<HttpFailure> failure = request(out, there);
                there = out.size();
                if (there > furthest) {
                    furthest = there;
                    attempt = 1;
                }
                if (failure.isPresent()) {
                    failure.get().throwIfFinal(connection.account(), file.address(), repository);
                    if (attempt >= connection.policy().attempts()) {
                        throw MESSAGES.downloadGivenUp(file.path(), attempt, failure.get().reason());
                    }
                    failure.get().waitBefore(attempt + 1, file.address(), connection.policy(), watchdog.stop());
                }
            }
            out.force(true);
        }
        progress.accept(file.bytes());
    }

    /** A beginning without a tag is of use only where a digest tells whether the rest belongs to it. */
    private boolean canBeTakenUp() {
        return file.digest().isPresent() || state.entityTag(file.path()).isPresent();
    }

    private Optional<HttpFailure> request(FileChannel out, long there) throws IOException {
        Map<String, String> headers = new HashMap<>();
        // a compressed answer would have another length and no places to go on from
        headers.put("Accept-Encoding", "identity");
        if (there > 0) {
            headers.put("Range", "bytes=" + there + "-");
            state.entityTag(file.path()).ifPresent(tag -> headers.put("If-Range", tag));
        }
        HubConnection.Content answer;
        try {
            answer = connection.open(file.address(), headers);
        } catch (IOException e) {
            return Optional.of(HttpFailure.of(e));
        }
        try (answer) {
            boolean rest = answer.status() == 206 && there > 0 && beginsAt(answer, there);
            if (answer.status() == 200 || answer.status() == 416 || answer.status() == 206 && !rest) {
                // another content than the beginning is of, or a server that does not know how to go on
                out.truncate(0);
                progress.accept(0);
            }
            if (!rest && answer.status() != 200) {
                return Optional.of(HttpFailure.of(answer));
            }
            if (!rest) {
                state.begin(file.path(), strongTag(answer));
            }
            return copy(answer.body(), out, rest ? there : 0);
        }
    }

    private static boolean beginsAt(HubConnection.Content answer, long there) {
        return answer.headers().firstValue("Content-Range").filter(range -> range.startsWith("bytes " + there + "-"))
                .isPresent();
    }

    /** A weak tag does not say that the bytes are the same. */
    private static Optional<String> strongTag(HubConnection.Content answer) {
        return answer.headers().firstValue("ETag").filter(tag -> tag.startsWith("\""));
    }

    private Optional<HttpFailure> copy(InputStream in, FileChannel out, long from) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long position = from;
        try (Watchdog.Watch watch = watchdog.watch(in)) {
            while (true) {
                int count;
                try {
                    count = in.read(buffer);
                } catch (IOException e) {
                    watchdog.stop().check();
                    return Optional.of(HttpFailure.of(e));
                }
                if (count < 0) {
                    return position >= file.bytes() ? Optional.empty() : Optional.of(HttpFailure.of(
                            "the answer ended after " + position + " of " + file.bytes() + " bytes"));
                }
                watchdog.stop().check();
                watch.alive();
                int wanted = (int) Math.min(count, file.bytes() - position);
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, wanted);
                while (bytes.hasRemaining()) {
                    position += out.write(bytes, position);
                }
                progress.accept(position);
                if (wanted < count) {
                    // more than there should be: another content, which the digest tells, or a mistaken list
                    out.truncate(0);
                    return Optional.of(HttpFailure.of("more than " + file.bytes() + " bytes came"));
                }
            }
        }
    }
}
