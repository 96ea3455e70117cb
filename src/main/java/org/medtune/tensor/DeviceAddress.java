package org.medtune.tensor;

import ai.djl.pytorch.engine.PtNDArray;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;

/**
 * Where a tensor's elements lie in its device's memory. DJL hands this out for arrays on the processor only, as a
 * buffer; its native library does so for every array, behind a class that is not public.
 */
final class DeviceAddress {

    private static final Object LIBRARY;
    private static final Method BUFFER;
    private static final Method CONTIGUOUS;

    static {
        try {
            Class<?> library = Class.forName("ai.djl.pytorch.jni.PyTorchLibrary");
            Field instance = library.getDeclaredField("LIB");
            instance.setAccessible(true);
            LIBRARY = instance.get(null);
            BUFFER = method(library, "torchDirectByteBuffer");
            CONTIGUOUS = method(library, "torchIsContiguous");
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("This version of DJL has another native library", e);
        }
    }

    private DeviceAddress() {}

    /**
     * Does nothing but find DJL's library.
     *
     * @throws LinkageError when this version of DJL has another one
     */
    static void find() {
        // the class has done it when it comes here
    }

    /**
     * The address of the first element, valid as long as the tensor is.
     *
     * @throws IllegalArgumentException when the elements are not contiguous, in row-major order
     */
    static long of(Tensor tensor) {
        PtNDArray array = tensor.array();
        if (!(boolean) call(CONTIGUOUS, array.getHandle())) {
            throw new IllegalArgumentException(tensor + " is not contiguous");
        }
        // never read or written: the memory may be a device's
        return Pointer.nativeValue(
                Native.getDirectBufferPointer((ByteBuffer) call(BUFFER, array.getHandle())));
    }

    private static Object call(Method method, Long handle) {
        try {
            return method.invoke(LIBRARY, handle);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(method.getName() + " failed", e);
        }
    }

    private static Method method(Class<?> library, String name) throws NoSuchMethodException {
        Method method = library.getDeclaredMethod(name, long.class);
        method.setAccessible(true);
        return method;
    }
}
