package org.medtune.dataset;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A tokenised dataset in memory: four bytes a token of the training rows, and the held-out rows with their questions.
 * Immutable; may be used by several threads.
 */
public final class TokenizedDataset {

    private final List<int[]> training;
    private final List<TokenizedExample> heldOut;
    private final String fingerprint;

    private TokenizedDataset(List<int[]> training, List<TokenizedExample> heldOut, String fingerprint) {
        this.training = List.copyOf(training);
        this.heldOut = List.copyOf(heldOut);
        this.fingerprint = fingerprint;
    }

    /**
     * Loads a file that {@link TokenizedDatasetWriter} has written.
     *
     * @throws org.medtune.InvalidInputException if the file is damaged or has no rows
     * @throws org.medtune.RecoverableException  if it is missing or cannot be read
     */
    public static TokenizedDataset open(Path file) {
        List<int[]> training = new ArrayList<>();
        List<TokenizedExample> heldOut = new ArrayList<>();
        MessageDigest digest = Sha256.newDigest();
        try (LineReader lines = new LineReader(
                file, new Utf8Reader(file, new DigestInputStream(Files.newInputStream(file), digest)))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                TokenizedExample example = read(file, line, lines);
                if (example.heldOut()) {
                    heldOut.add(example);
                } else {
                    training.add(example.inputIds());
                }
            }
        } catch (IOException e) {
            throw MESSAGES.tokenizedDatasetUnreadable(file, e.toString(), e);
        }
        if (training.isEmpty() && heldOut.isEmpty()) {
            throw MESSAGES.tokenizedDatasetEmpty(file, TokenizedDatasetWriter.REJECTS_FILE);
        }
        return new TokenizedDataset(training, heldOut, HexFormat.of().formatHex(digest.digest()));
    }

    private static TokenizedExample read(Path file, String line, LineReader lines) {
        if (!lines.terminated()) {
            throw MESSAGES.tokenizedDatasetDamaged(file, lines.lineNumber(), "it has no line end", null);
        }
        try {
            return TokenizedFormat.readExample(line);
        } catch (JsonProcessingException e) {
            throw MESSAGES.tokenizedDatasetDamaged(file, lines.lineNumber(), e.getOriginalMessage(), e);
        } catch (IllegalArgumentException e) {
            throw MESSAGES.tokenizedDatasetDamaged(file, lines.lineNumber(), e.getMessage(), e);
        }
    }

    /** How many rows there are to train on. */
    public int trainingRows() {
        return training.size();
    }

    /**
     * The ids of one row to train on, as a new array.
     *
     * @param index from 0 to {@link #trainingRows()} - 1, in the order of the file
     */
    public int[] training(int index) {
        return training.get(index).clone();
    }

    /** The rows that are kept from training, in the order of the file. */
    public List<TokenizedExample> heldOut() {
        return heldOut;
    }

    /** SHA-256 of the file in lower-case hexadecimal: two runs with the same one train on the same tokens. */
    public String fingerprint() {
        return fingerprint;
    }
}
