package org.medtune.export;

import static org.medtune.MedtuneMessages.MESSAGES;

import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/** A piece of a tensor in the type in which it is written. */
final class NarrowedPiece {

    /** The largest finite number of float16. */
    private static final double LARGEST_HALF = 65504;

    private NarrowedPiece() {}

    /**
     * The bytes [n] of a float32 piece in another type, row-major; they belong to the scope.
     *
     * @param name of the tensor, for the message
     * @throws org.medtune.InvalidInputException when a value is too large for float16
     */
    static Tensor bytes(TensorScope scope, String name, Tensor piece, ElementType type) {
        if (type == ElementType.FLOAT16) {
            requireHalf(scope, name, piece);
        }
        return scope.callForTensor("to_bytes", piece, type.scalarType());
    }

    /** Refuses a piece with a value that float16 cannot hold. */
    static void requireHalf(TensorScope scope, String name, Tensor piece) {
        try (Tensor largest = scope.callForTensor("largest", piece)) {
            if (!(largest.toDouble() <= LARGEST_HALF)) {
                throw MESSAGES.tooLargeForHalf(name, largest.toDouble());
            }
        }
    }
}
