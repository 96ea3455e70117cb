package org.medtune.catalogue;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
 * @param tokens    how many the text is cut into
 * @param pieces    the tokens, in their order
 * @param truncated whether {@code maxSequenceLength} cuts some of them off
 * @param rejection why the row cannot be used; null if it can, and then there are text and tokens
 */
public record Preview(long row, String text, int tokens, List<Piece> pieces, boolean truncated, String rejection) {

    /** A character has at most four bytes, so that it is cut into four tokens at most; two may be cut together. */
    private static final int LONGEST_PIECE = 8;

    private static final char REPLACEMENT_CHARACTER = '\uFFFD';

    /**
     * A token; or several, where each alone is only part of a character, which cannot be shown.
     *
     * @param ids  in the vocabulary
     * @param text what they stand for
     */
    public record Piece(List<Integer> ids, String text) {
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
                return new Preview(row, null, 0, List.of(), false, wanted.rejection().get());
            }
            String text = prompt.trainingText(wanted.example().orElseThrow(), tokenizer.endOfSentenceToken());
            int[] ids = tokenizer.encodeWithBeginOfSentence(text);
            return new Preview(row, text, ids.length, pieces(ids, tokenizer), ids.length > maxSequenceLength, null);
        }
    }

    private static List<Piece> pieces(int[] ids, Tokenizer tokenizer) {
        List<Piece> pieces = new ArrayList<>();
        int from = 0;
        while (from < ids.length) {
            int to = from + 1;
            String text = tokenizer.decode(Arrays.copyOfRange(ids, from, to));
            while (text.indexOf(REPLACEMENT_CHARACTER) >= 0 && to < ids.length && to - from < LONGEST_PIECE) {
                to++;
                text = tokenizer.decode(Arrays.copyOfRange(ids, from, to));
            }
            pieces.add(new Piece(Arrays.stream(ids, from, to).boxed().toList(), text));
            from = to;
        }
        return pieces;
    }
}
