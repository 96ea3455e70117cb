package org.medtune.catalogue;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.medtune.InvalidInputException;
import org.medtune.dataset.DatasetRow;
import org.medtune.dataset.ExampleReader;
import org.medtune.dataset.FieldNames;
import org.medtune.dataset.PromptTemplate;
import org.medtune.dataset.RowSelection;
import org.medtune.model.Tokenizer;

/**
 * How a model would see a row.
 *
 * @param row       its number, counted from 1
 * @param text      in the prompt template, as it is learned
 * @param tokens    what the text is cut into
 * @param truncated whether {@code maxSequenceLength} cuts some of them off
 * @param rejection why the row cannot be used; null if it can, and then there are text and tokens
 */
public record Preview(long row, String text, List<Token> tokens, boolean truncated, String rejection) {

    /**
     * A token.
     *
     * @param id   in the vocabulary
     * @param text what it stands for; a token may be part of a character, which cannot be shown
     */
    public record Token(int id, String text) {
    }

    /**
     * Looks at one row of a file.
     *
     * @param fields            the three fields; guessed from their names where they are not given
     * @param model             a model's folder
     * @param template          name of a prompt template
     * @param maxSequenceLength in tokens
     * @param row               counted from 1
     * @throws InvalidInputException if the file has no such row, or anything else is not as it should be
     */
    public static Preview of(Path file, Optional<FieldNames> fields, Path model, String template,
                             int maxSequenceLength, long row) {
        PromptTemplate prompt = PromptTemplate.named(template);
        FieldNames names = Datasets.fields(file, fields);
        try (ExampleReader reader = ExampleReader.open(file, names, RowSelection.ALL);
                Tokenizer tokenizer = Tokenizer.open(model)) {
            Optional<DatasetRow> found = Optional.empty();
            do {
                found = reader.next();
            } while (found.isPresent() && found.get().number() < row);
            DatasetRow wanted = found.orElseThrow(() -> MESSAGES.noSuchRow(row, reader.position()));
            if (wanted.rejection().isPresent()) {
                return new Preview(row, null, List.of(), false, wanted.rejection().get());
            }
            String text = prompt.trainingText(wanted.example().orElseThrow(), tokenizer.endOfSentenceToken());
            int[] ids = tokenizer.encodeWithBeginOfSentence(text);
            List<Token> tokens = new ArrayList<>(ids.length);
            for (int id : ids) {
                tokens.add(new Token(id, tokenizer.decode(new int[] {id})));
            }
            return new Preview(row, text, tokens, ids.length > maxSequenceLength, null);
        }
    }
}
