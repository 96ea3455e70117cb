package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A file system of a few MiB, in memory, mounted on a folder: it can be filled and made read-only, which stops even the
 * superuser. A test that asks for one is skipped where nothing can be mounted. Closing unmounts it, with all that it
 * holds.
 */
public final class SmallFileSystem implements AutoCloseable {

    private static final String FILLER = "filler";
    private static final int BLOCK = 1 << 20;

    private final Path folder;

    private SmallFileSystem(Path folder) {
        this.folder = folder;
    }

    /**
     * Mounts one.
     *
     * @param folder made if need be; what is in it is hidden until the end
     */
    public static SmallFileSystem mount(Path folder, int mebibytes) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int exit = run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", folder.toString());
        assumeTrue(exit == 0, "A small file system can be mounted by root on Linux only");
        return new SmallFileSystem(folder);
    }

    /** Fills it but for so many bytes, if nobody else writes in that moment. */
    public void fill(long leave) {
        Path filler = folder.resolve(FILLER);
        try (FileChannel file = FileChannel.open(filler, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocate(BLOCK);
            for (long rest = space() - leave; rest > 0; rest = space() - leave) {
                zeros.clear().limit((int) Math.min(BLOCK, rest));
                if (!written(file, zeros)) {
                    // others were faster: it is full, and some of the filler makes room for what is to be left
                    file.truncate(Math.max(0, file.size() - leave));
                    return;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long space() throws IOException {
        return Files.getFileStore(folder).getUsableSpace();
    }

    private static boolean written(FileChannel file, ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Takes away what has filled it. */
    public void free() {
        try {
            Files.deleteIfExists(folder.resolve(FILLER));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes it read-only or writable again; waits for a moment in which nobody has a file open for writing. */
    public void writable(boolean writable) {
        await("nobody to write into " + folder).atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(1))
                .until(() -> run("mount", "-o", "remount," + (writable ? "rw" : "ro"), folder.toString()) == 0);
    }

    @Override
    public void close() {
        // what still has a file open keeps it until it closes that
        assertThat(run("umount", "-l", folder.toString())).isZero();
    }

    private static int run(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(String.join(" ", command) + " does not end");
            }
            return process.exitValue();
        } catch (IOException e) {
            // there is no such program
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
