package org.medtune.conversation;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.medtune.conversation.Feedback.Rating;

/**
 * The rated answers of all users in a folder of the server, a file a rating ({@code up.jsonl}, {@code down.jsonl}), as
 * the fine-tune job reads them. Only who may read the server's files may read them.
 *
 * @param folder is made with the first feedback
 */
public record FeedbackFiles(Path folder) {

    /** Puts all that is rated into the files. A failure is logged only: the feedback itself is in the database. */
    synchronized void write(ConversationStore store) {
        try {
            List<RatedAnswer> all = store.ratedAnswers(Optional.empty());
            if (all.isEmpty() && !Files.isDirectory(folder)) {
                return;
            }
            Files.createDirectories(folder);
            for (Rating rating : Rating.values()) {
                Path file = folder.resolve(rating.name().toLowerCase(Locale.ROOT) + ".jsonl");
                Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
                Files.writeString(temporary, FeedbackExport.jsonLines(
                        all.stream().filter(answer -> answer.feedback().rating() == rating).toList()));
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            MESSAGES.feedbackFileNotWritten(folder, e);
        }
    }
}
