package org.medtune.dataset;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;

/**
 * What became of the rows of a dataset.
 *
 * @param accepted rows that were tokenised, held-out ones included
 * @param heldOut accepted rows that are kept from training
 * @param rejected rows that could not be used
 * @param truncated accepted rows whose text was cut at the largest sequence length
 * @param tokens ids of all accepted rows together
 * @param longest ids of the longest accepted row
 */
public record DatasetSummary(long accepted, long heldOut, long rejected, long truncated, long tokens, int longest)
        implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Nothing read yet. */
    public static final DatasetSummary EMPTY = new DatasetSummary(0, 0, 0, 0, 0, 0);

    /** All rows that were read: those accepted and those rejected. */
    @JsonProperty(access = JsonProperty.Access.READ_ONLY)
    public long rowsRead() {
        return accepted + rejected;
    }

    DatasetSummary with(TokenizedExample example) {
        int length = example.inputIds().length;
        return new DatasetSummary(
                accepted + 1,
                heldOut + (example.heldOut() ? 1 : 0),
                rejected,
                truncated + (example.truncated() ? 1 : 0),
                tokens + length,
                Math.max(longest, length));
    }

    DatasetSummary withRejected() {
        return new DatasetSummary(accepted, heldOut, rejected + 1, truncated, tokens, longest);
    }
}
