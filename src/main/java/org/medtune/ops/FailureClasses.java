package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.util.Optional;
import org.medtune.MedtuneException;
import org.medtune.tensor.NativeFailure;

/**
 * What an operator can do about exceptions that nobody below has turned into a sentence: those of the surroundings are
 * told from our own mistakes by their type, and by their text where they come from a native library.
 */
public final class FailureClasses {

    private FailureClasses() {}

    /** The sentence for an operator, or nothing where it is a mistake of the program. */
    public static Optional<MedtuneException> explain(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof MedtuneException known) {
                return Optional.of(known);
            }
            if (cause instanceof OutOfMemoryError) {
                return Optional.of(MESSAGES.heapExhausted(String.valueOf(cause.getMessage()), thrown));
            }
            if (cause instanceof InternalError && isOfMappedMemory(cause)) {
                return Optional.of(MESSAGES.mappedFileFailed(cause.getMessage(), thrown));
            }
            if (cause instanceof IOException && !isOurMistake(cause)) {
                return Optional.of(MESSAGES.fileFailed(cause.toString(), thrown));
            }
        }
        return NativeFailure.explain(thrown, "the device", "of the step");
    }

    /** HotSpot's words for a page of a mapped file that cannot be had: the file was cut, or its disk failed. */
    private static boolean isOfMappedMemory(Throwable error) {
        return String.valueOf(error.getMessage()).contains("unsafe memory access operation");
    }

    private static boolean isOurMistake(Throwable thrown) {
        return thrown instanceof JsonProcessingException || thrown instanceof FileAlreadyExistsException
                || thrown instanceof DirectoryNotEmptyException;
    }
}
