package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file of lines that grows from a given length on. */
final class AppendableFile implements AutoCloseable {

    private final Path file;
    private final FileChannel channel;
    private final OutputStream out;

    private AppendableFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
        this.out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
    }

    /**
     * Opens a file, or makes it, and cuts off whatever is beyond a length.
     *
     * @throws org.medtune.InvalidInputException if it is shorter than that
     * @throws org.medtune.RecoverableException  if it cannot be written to
     */
    static AppendableFile open(Path file, long length) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            long size = channel.size();
            if (size < length) {
                throw MESSAGES.outputShorterThanPosition(file, size, length);
            }
            channel.truncate(length).position(length);
            return new AppendableFile(file, channel);
        } catch (IOException e) {
            closeQuietly(file, channel);
            throw MESSAGES.outputFolderNotWritable(file.getParent(), e.toString(), e);
        } catch (RuntimeException e) {
            closeQuietly(file, channel);
            throw e;
        }
    }

    /** Adds a line. It may stay in memory until {@link #sync()}. */
    void writeLine(byte[] line) {
        try {
            out.write(line);
            out.write('\n');
        } catch (IOException e) {
            throw MESSAGES.writingFailed(file, e.toString(), e);
        }
    }

    /** Makes everything durable that was written so far, and returns the length of the file. */
    long sync() {
        try {
            out.flush();
            channel.force(true);
            return channel.position();
        } catch (IOException e) {
            throw MESSAGES.writingFailed(file, e.toString(), e);
        }
    }

    /** Gives the file back. What was not synchronised may be lost, which is what a position is for. */
    @Override
    public void close() {
        closeQuietly(file, channel);
    }

    private static void closeQuietly(Path file, FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                MESSAGES.closingFailed(file, e);
            }
        }
    }
}
