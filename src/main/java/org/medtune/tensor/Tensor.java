package org.medtune.tensor;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Supplier;

/**
 * A handle on an array in native memory. It belongs to one {@link TensorScope} and is released with it, or earlier by
 * {@link #close()}; the memory itself goes when the last handle or kernel that refers to it lets go. A released tensor
 * must not be used.
 */
public final class Tensor implements AutoCloseable {

    private final PtNDArray array;
    private long address;

    Tensor(PtNDArray array) {
        this.array = array;
    }

    PtNDArray array() {
        return array;
    }

    /** {@link DeviceAddress#of}, found once: a tensor stays where it is. */
    long address() {
        if (address == 0) {
            address = DeviceAddress.of(this);
        }
        return address;
    }

    /** The lengths of the dimensions; empty for a scalar. */
    public long[] shape() {
        return array.getShape().getShape().clone();
    }

    /** The type of the elements, of any but bfloat16, which cannot be asked for. */
    public ElementType type() {
        return ElementType.ofDjl(array.getDataType());
    }

    /** The number of elements. */
    public long size() {
        return array.getShape().size();
    }

    /**
     * The only element of a float32 or float64 scalar. Waits for the device.
     *
     * @throws org.medtune.RecoverableException when the device fails, be it in a kernel that was called before
     */
    public double toDouble() {
        return read(() -> array.getDataType() == DataType.FLOAT64 ? array.getDouble() : array.getFloat());
    }

    /** The elements of a float32 tensor in row-major order, copied to the heap. Waits for the device. */
    public float[] toFloatArray() {
        return read(array::toFloatArray);
    }

    /** The elements of an int64 tensor in row-major order, copied to the heap. Waits for the device. */
    public long[] toLongArray() {
        return read(array::toLongArray);
    }

    /**
     * The elements of a float32, int32, int64 or uint8 tensor in row-major order, as little-endian bytes, copied out of
     * native memory: the buffer stays valid after this tensor is closed. At most 2 GiB.
     */
    public ByteBuffer toBytes() {
        return read(() -> array.toByteBuffer(false)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Releases the handle now instead of with its scope. */
    @Override
    public void close() {
        array.close();
    }

    /** An accelerator works behind the caller's back: what went wrong in a kernel often shows only here. */
    private <T> T read(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (EngineException e) {
            throw NativeFailure.explain(e, array.getDevice().toString(), "read").<RuntimeException>map(known -> known)
                    .orElse(e);
        }
    }

    @Override
    public String toString() {
        return "Tensor" + ((NDArray) array).getShape();
    }
}
