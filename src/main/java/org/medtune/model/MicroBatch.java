package org.medtune.model;

import java.util.List;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * Some rows of token ids, laid one after the other without padding. A row of n tokens gives n - 1 inputs, each of which
 * predicts the token after it. The tensors belong to the scope in which the micro-batch was made.
 *
 * @param tokenIds inputs, int64 [tokens]
 * @param targets the token after each input, int64 [tokens]
 * @param boundaries where each row's inputs begin, and the end of the last
 * @param rowStarts the boundaries as an int32 tensor for variable-length attention; without elements elsewhere
 * @param cos cosines of the rotary position embedding [tokens, 1, head size / 2]
 * @param sin sines likewise
 */
public record MicroBatch(Tensor tokenIds, Tensor targets, long[] boundaries, Tensor rowStarts, Tensor cos, Tensor sin) {

    /** The number of predicted tokens. */
    public long predictedTokens() {
        return boundaries[boundaries.length - 1];
    }

    static MicroBatch of(TensorScope scope, List<int[]> rows, CausalLanguageModel model) {
        int tokens = rows.stream().mapToInt(row -> row.length - 1).sum();
        long[] inputs = new long[tokens];
        long[] targets = new long[tokens];
        long[] positions = new long[tokens];
        long[] boundaries = new long[rows.size() + 1];
        int next = 0;
        for (int row = 0; row < rows.size(); row++) {
            int[] ids = rows.get(row);
            if (ids.length < 2) {
                throw new IllegalArgumentException("A row of " + ids.length + " tokens predicts nothing");
            }
            for (int i = 0; i + 1 < ids.length; i++, next++) {
                inputs[next] = ids[i];
                targets[next] = ids[i + 1];
                positions[next] = i;
            }
            boundaries[row + 1] = next;
        }
        List<Tensor> tables = model.rotaryTables(scope, positions);
        Tensor rowStarts = model.attention() == AttentionKernel.VARIABLE_LENGTH_FLASH
                ? scope.callForTensor("to_type", scope.ofLongs(boundaries), ElementType.INT32.scalarType())
                : scope.zeros(ElementType.INT32, 0);
        return new MicroBatch(scope.ofLongs(inputs), scope.ofLongs(targets), boundaries, rowStarts, tables.get(0),
                tables.get(1));
    }
}
