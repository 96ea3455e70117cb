package org.medtune.tensor;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.List;

/**
 * Owner of tensors: all that is created in a scope or returned by a kernel called through it is released when the scope
 * closes. {@link #adopt} moves a tensor to a scope that lives longer. A scope is used by one thread at a time.
 */
public final class TensorScope implements AutoCloseable {

    private final PtNDManager manager;

    TensorScope(PtNDManager manager) {
        this.manager = manager;
    }

    /** Opens a scope inside this one; it is closed with this one at the latest. */
    public TensorScope newScope() {
        return new TensorScope((PtNDManager) manager.newSubManager());
    }

    /**
     * Runs a kernel of {@code kernels.py}; its results belong to this scope.
     *
     * @param arguments {@link Tensor}, {@code List<Tensor>}, {@code long[]}, {@code double[]}, {@code Long},
     *     {@code Integer}, {@code Double} or {@code Boolean}, in the order of the kernel's parameters
     * @throws org.medtune.RecoverableException when memory runs out
     */
    public List<Tensor> call(String kernel, Object... arguments) {
        return KernelLibrary.shared().call(manager, kernel, arguments);
    }

    /** {@link #call} for a kernel that returns one tensor. */
    public Tensor callForTensor(String kernel, Object... arguments) {
        return call(kernel, arguments).get(0);
    }

    /** A tensor of zeros on this scope's device. */
    public Tensor zeros(ElementType type, long... shape) {
        try (PtNDArray marker = (PtNDArray) manager.zeros(new Shape(1), DataType.FLOAT32)) {
            return callForTensor("zeros", shape, type.scalarType(), new Tensor(marker));
        }
    }

    /** An int64 vector. */
    public Tensor ofLongs(long... values) {
        ByteBuffer bytes = manager.allocateDirect(values.length * Long.BYTES);
        bytes.asLongBuffer().put(LongBuffer.wrap(values));
        return copyOf(bytes, ElementType.INT64, values.length);
    }

    /**
     * A tensor with a copy of {@code bytes}: the buffer may be unmapped or reused afterwards.
     *
     * @param bytes a direct buffer, little-endian, row-major, of exactly the tensor's size
     */
    public Tensor copyOf(ByteBuffer bytes, ElementType type, long... shape) {
        if (bytes.remaining() == 0) {
            return zeros(type, shape);
        }
        Shape length = new Shape(bytes.remaining());
        try (PtNDArray view = (PtNDArray) manager.create(bytes.slice(), length, DataType.UINT8)) {
            return callForTensor("from_bytes", new Tensor(view), type.scalarType(), shape);
        }
    }

    /** Takes a tensor over from the scope that owns it and returns it. */
    public Tensor adopt(Tensor tensor) {
        tensor.array().attach(manager);
        return tensor;
    }

    /** Takes tensors over from the scope that owns them and returns them. */
    public List<Tensor> adopt(List<Tensor> tensors) {
        tensors.forEach(this::adopt);
        return tensors;
    }

    /** Releases all that this scope owns. */
    @Override
    public void close() {
        manager.close();
    }
}
