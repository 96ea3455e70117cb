package org.medtune.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.medtune.dataset.DatasetRow;
import org.medtune.dataset.ExampleReader;
import org.medtune.dataset.ExampleTokenizer;
import org.medtune.dataset.FieldNames;
import org.medtune.dataset.HeldOutSplit;
import org.medtune.dataset.PromptTemplate;
import org.medtune.dataset.QuestionLanguage;
import org.medtune.dataset.RowSelection;
import org.medtune.model.Tokenizer;

/** The rows that the recorded run trained on: the first 80 of the sample dataset, formatted and cut at 640 tokens. */
public final class GoldenRows {

    private static final int ROWS = 80;
    private static final int MAXIMUM_SEQUENCE_LENGTH = 640;
    private static final Path DATASET = Path.of("data/medical-reasoning-sample-zh.jsonl");

    private static final List<int[]> TOKEN_IDS = read();

    private GoldenRows() {}

    /** The token ids of a row, counted from 0. */
    public static int[] tokenIds(int row) {
        return TOKEN_IDS.get(row);
    }

    private static List<int[]> read() {
        List<int[]> rows = new ArrayList<>();
        try (Tokenizer tokenizer = Tokenizer.open(Golden.MODEL);
                ExampleReader reader = ExampleReader.open(DATASET, FieldNames.DEFAULT,
                        new RowSelection(ROWS, QuestionLanguage.ANY))) {
            ExampleTokenizer formatter = new ExampleTokenizer(tokenizer,
                    PromptTemplate.named(PromptTemplate.DEFAULT_NAME), new HeldOutSplit(0), MAXIMUM_SEQUENCE_LENGTH);
            for (Optional<DatasetRow> row = reader.next(); row.isPresent(); row = reader.next()) {
                rows.add(formatter.tokenize(row.get().number(), row.get().example().orElseThrow()).inputIds());
            }
        }
        return rows;
    }
}
