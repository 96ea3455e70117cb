package org.medtune.model;

import java.util.ArrayList;
import java.util.List;
import org.medtune.tensor.ElementType;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * Makes the vector of bytes that {@code nf4.py} describes, of several of the model's matrices that are stacked. Pieces
 * are quantised as they come, so that no whole matrix is in memory in its 16 bits.
 */
final class Nf4Matrix {

    /** Weights that share a scale. A piece of a matrix must hold whole blocks, unless it is the last. */
    static final int BLOCK = 64;

    private static final int SCALE_BLOCK = 256;
    private static final int ALIGNMENT = 16;
    private static final int TABLE_ENTRIES = 512;
    private static final int SCALE_BOOK_BYTES = 256 * Float.BYTES;

    private final TensorScope scope;
    private final List<Tensor> sections = new ArrayList<>();
    private final List<Tensor> weights = new ArrayList<>();
    private final List<Tensor> scales = new ArrayList<>();

    /**
     * Begins a vector.
     *
     * @param scope owner of all that is made on the way, and of the result
     * @param type of the products in which the matrix will take part
     */
    Nf4Matrix(TensorScope scope, ElementType type) {
        this.scope = scope;
        sections.add(scope.callForTensor("nf4_header", type.scalarType(), scope.zeros(ElementType.FLOAT32, 1)));
    }

    /** Adds the next rows of a matrix, of any floating type. */
    void add(Tensor rows) {
        List<Tensor> quantized = scope.call("nf4_quantize", rows);
        weights.add(quantized.get(0));
        scales.add(quantized.get(1));
    }

    /** Ends a matrix: what is added next belongs to the one stacked below it. */
    void endMatrix() {
        sections.add(scope.callForTensor("nf4_part", weights, scales));
        weights.forEach(Tensor::close);
        scales.forEach(Tensor::close);
        weights.clear();
        scales.clear();
    }

    /** The vector. */
    Tensor bytes() {
        return scope.callForTensor("stack_rows", sections);
    }

    /** The bytes of a vector of stacked matrices of so many elements each. */
    static long bytes(ElementType type, List<Long> elements) {
        List<Part> parts = parts(type, elements);
        Part last = parts.get(parts.size() - 1);
        return last.weightsAt() + wholes(last.elements(), BLOCK) * BLOCK / 2;
    }

    /** Where the parts of a vector of stacked matrices of so many elements each lie. */
    static List<Part> parts(ElementType type, List<Long> elements) {
        List<Part> parts = new ArrayList<>();
        long next = (long) TABLE_ENTRIES * type.bytes() + SCALE_BOOK_BYTES;
        for (long count : elements) {
            long blocks = wholes(count, BLOCK);
            long groups = wholes(blocks, SCALE_BLOCK);
            long factors = next + ALIGNMENT;
            long codes = factors + wholes(groups * Float.BYTES, ALIGNMENT) * ALIGNMENT;
            long weights = codes + groups * SCALE_BLOCK;
            parts.add(new Part(count, next, factors, codes, weights));
            next = weights + blocks * BLOCK / 2;
        }
        return parts;
    }

    private static long wholes(long count, long size) {
        return (count + size - 1) / size;
    }

    /**
     * One of the model's matrices within a vector; places are offsets in bytes.
     *
     * @param elements  of the matrix
     * @param meanAt    the mean of the scales
     * @param factorsAt the factors of the scales
     * @param codesAt   the scales
     * @param weightsAt the weights
     */
    record Part(long elements, long meanAt, long factorsAt, long codesAt, long weightsAt) {}
}
