package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.io.Serializable;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes a tokenised dataset into a folder: {@value #TOKENIZED_FILE} with a row a line, {@value #REJECTS_FILE} with the
 * numbers and reasons of the rows that could not be used, and at the end {@value #SUMMARY_FILE}.
 *
 * <p>{@link #commit()} makes what was written durable and returns a small position. A writer that is opened at that
 * position cuts off whatever came after it and goes on, so the files of an interrupted run end up byte for byte like
 * those of one that was not. For one thread.
 */
public final class TokenizedDatasetWriter implements AutoCloseable {

    /** The tokenised rows, as JSONL. */
    public static final String TOKENIZED_FILE = "tokenized.jsonl";

    /** The rejected rows, as JSONL. */
    public static final String REJECTS_FILE = "rejects.jsonl";

    /** The summary, as JSON. */
    public static final String SUMMARY_FILE = "summary.json";

    private final Path folder;
    private final AppendableFile tokenized;
    private final AppendableFile rejects;
    private DatasetSummary summary;

    private TokenizedDatasetWriter(
            Path folder, AppendableFile tokenized, AppendableFile rejects, DatasetSummary summary) {
        this.folder = folder;
        this.tokenized = tokenized;
        this.rejects = rejects;
        this.summary = summary;
    }

    /**
     * Opens a writer.
     *
     * @param folder made if it is not there
     * @param position what {@link #commit()} returned last, or {@link Position#START}; what lies beyond it is deleted
     * @throws org.medtune.InvalidInputException if its files are shorter than the position says
     * @throws org.medtune.RecoverableException  if the folder cannot be written to
     */
    public static TokenizedDatasetWriter open(Path folder, Position position) {
        try {
            Files.createDirectories(folder);
            // A summary stands for a finished dataset, which this is not any more.
            Files.deleteIfExists(folder.resolve(SUMMARY_FILE));
        } catch (IOException e) {
            throw MESSAGES.outputFolderNotWritable(folder, e.toString(), e);
        }
        AppendableFile tokenized = AppendableFile.open(folder.resolve(TOKENIZED_FILE), position.tokenizedBytes());
        try {
            AppendableFile rejects = AppendableFile.open(folder.resolve(REJECTS_FILE), position.rejectsBytes());
            return new TokenizedDatasetWriter(folder, tokenized, rejects, position.summary());
        } catch (RuntimeException e) {
            tokenized.close();
            throw e;
        }
    }

    /** Adds an accepted row. */
    public void write(TokenizedExample example) {
        tokenized.writeLine(TokenizedFormat.write(example));
        summary = summary.with(example);
    }

    /** Adds a rejected row. */
    public void reject(long row, String reason) {
        rejects.writeLine(TokenizedFormat.write(new TokenizedFormat.Reject(row, reason)));
        summary = summary.withRejected();
    }

    /**
     * Makes everything durable that was written so far.
     *
     * @return where to go on from
     * @throws org.medtune.RecoverableException if the disk is full or fails
     */
    public Position commit() {
        Position position = new Position(tokenized.sync(), rejects.sync(), summary);
        syncFolder();
        return position;
    }

    /**
     * Commits, writes the summary and closes the writer.
     *
     * @throws org.medtune.RecoverableException if the disk is full or fails
     */
    public DatasetSummary finish() {
        commit();
        Path target = folder.resolve(SUMMARY_FILE);
        Path unfinished = folder.resolve("." + SUMMARY_FILE + ".tmp");
        try (AppendableFile file = AppendableFile.open(unfinished, 0)) {
            file.writeLine(TokenizedFormat.write(summary));
            file.sync();
        }
        try {
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw MESSAGES.writingFailed(target, e.toString(), e);
        }
        syncFolder();
        close();
        return summary;
    }

    /** Closes the files. What was written since the last {@link #commit()} may be lost. */
    @Override
    public void close() {
        tokenized.close();
        rejects.close();
    }

    /** Without this a new file's name could be lost with the power, though its bytes are safe. */
    private void syncFolder() {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows cannot open a folder as a channel, and does not need it.
            MESSAGES.folderNotSynchronised(folder, e);
        }
    }

    /**
     * Where a writer stands: small, and safe to keep in a job repository.
     *
     * @param tokenizedBytes the length of {@value TokenizedDatasetWriter#TOKENIZED_FILE}
     * @param rejectsBytes the length of {@value TokenizedDatasetWriter#REJECTS_FILE}
     * @param summary the counts so far
     */
    public record Position(long tokenizedBytes, long rejectsBytes, DatasetSummary summary) implements Serializable {

        private static final long serialVersionUID = 1L;

        /** Nothing written yet. */
        public static final Position START = new Position(0, 0, DatasetSummary.EMPTY);
    }
}
