package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.Optional;
import org.medtune.dataset.DatasetRow;
import org.medtune.dataset.ExampleReader;
import org.medtune.dataset.ExampleTokenizer;
import org.medtune.dataset.TokenizedExample;
import org.medtune.model.Tokenizer;

/**
 * What the first rows of a dataset tell of all.
 *
 * @param usable        rows of the dataset that can be used, as many as the run takes at most; where there are very
 *                      many, all that the run takes
 * @param trainingRows  of these, those to train on, as the share of the first rows tells
 * @param looked        rows that were made into tokens
 * @param meanTokens    of a row
 * @param longestTokens of a row
 */
record RowSample(long usable, long trainingRows, int looked, double meanTokens, int longestTokens) {

    private static final int LOOKED_AT = 64;

    /** Rows after which counting ends: some seconds of reading. */
    private static final long COUNTED = 20_000;

    /**
     * Looks at a request's dataset.
     *
     * @throws org.medtune.InvalidInputException if it cannot be read, or none of its rows can be used
     */
    static RowSample of(FineTuneRequest request) {
        FineTuneRecipe recipe = new FineTuneRecipe(request.parameters());
        long read = 0;
        long usable = 0;
        int looked = 0;
        long tokens = 0;
        int longest = 0;
        String rejection = "";
        try (Tokenizer tokenizer = Tokenizer.open(request.modelFolder());
                ExampleReader rows = ExampleReader.open(
                        request.datasetFile(), recipe.fieldNames(), recipe.rowSelection())) {
            ExampleTokenizer examples = new ExampleTokenizer(tokenizer, recipe.promptTemplate(), recipe.split(),
                    request.parameters().integer(FineTuneParameter.MAX_SEQ_LENGTH));
            Optional<DatasetRow> row = rows.next();
            while (row.isPresent() && read < COUNTED) {
                read++;
                DatasetRow found = row.get();
                if (found.example().isPresent()) {
                    usable++;
                    if (looked < LOOKED_AT) {
                        TokenizedExample example = examples.tokenize(found.number(), found.example().get());
                        looked++;
                        tokens += example.inputIds().length;
                        longest = Math.max(longest, example.inputIds().length);
                    }
                } else if (rejection.isEmpty()) {
                    rejection = found.rejection().orElseThrow();
                }
                row = rows.next();
            }
            if (looked == 0) {
                throw MESSAGES.noUsableRows(read, request.datasetFile(), rejection);
            }
            long all = row.isPresent() ? request.parameters().integer(FineTuneParameter.DATASET_ROWS) : usable;
            long training = Math.max(1, Math.round(all * (1 - recipe.split().share())));
            return new RowSample(all, training, looked, (double) tokens / looked, longest);
        }
    }
}
