package org.medtune.tensor;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The kernels, loaded once a class loader. {@code kernels.py} lists the methods that Java calls; the other texts hold
 * the functions behind them.
 *
 * <p>Kernels run without autograd: every backward pass is written out. They also run without the graph executor's
 * optimiser, which rewrites a method after its first calls; without it the first call and the thousandth round alike,
 * which is what makes a resumed run equal to an uninterrupted one.
 */
final class KernelLibrary {

    private static final String MODULE_CLASS = "Kernels";
    private static final List<String> FUNCTION_FILES = List.of("attention", "blockwise", "layer", "loftq", "loss",
            "nf4", "normalization", "optimizer", "projection", "rotary", "generation");

    /** The optimiser's switch is one flag a thread. */
    private static final ThreadLocal<Boolean> OPTIMIZER_OFF = ThreadLocal.withInitial(() -> {
        JniUtils.setGraphExecutorOptimize(false);
        return Boolean.TRUE;
    });

    private final NDManager root;
    private final PtSymbolBlock module;

    private KernelLibrary() {
        root = Engine.getEngine("PyTorch").newBaseManager(ComputeDevice.CPU.djl());
        module = load();
    }

    private PtSymbolBlock load() {
        try {
            return load("product_onednn");
        } catch (EngineException e) {
            // builds of PyTorch without oneDNN (macOS) do not know its operators and refuse the text as a whole
            if (String.valueOf(e.getMessage()).contains("mkldnn")) {
                return load("product_plain");
            }
            throw e;
        }
    }

    private PtSymbolBlock load(String productFile) {
        byte[] archive = TorchScriptArchive.pack(MODULE_CLASS, sources(productFile));
        try (InputStream in = new ByteArrayInputStream(archive)) {
            return JniUtils.loadModule((PtNDManager) root, in, false, false);
        } catch (IOException e) {
            throw new IllegalStateException("Reading from memory failed", e);
        }
    }

    static KernelLibrary shared() {
        return Holder.INSTANCE;
    }

    NDManager newManager(ComputeDevice device) {
        return root.newSubManager(device.djl());
    }

    /**
     * Runs one kernel.
     *
     * @param arguments {@link Tensor}, {@code List<Tensor>}, {@code long[]}, {@code double[]}, {@code Long},
     *     {@code Integer}, {@code Double} or {@code Boolean}, in the order of the kernel's parameters
     * @return the tensors that it returned, owned by {@code owner}
     */
    List<Tensor> call(PtNDManager owner, String kernel, Object... arguments) {
        OPTIMIZER_OFF.get();
        IValue[] values = new IValue[arguments.length];
        try {
            for (int i = 0; i < arguments.length; i++) {
                values[i] = toIValue(arguments[i]);
            }
            try (IValue result = IValueUtils.runMethod(module, kernel, values)) {
                return toTensors(result, owner);
            }
        } catch (EngineException e) {
            throw failure(e, owner, kernel);
        } finally {
            for (IValue value : values) {
                if (value != null) {
                    value.close();
                }
            }
        }
    }

    private static RuntimeException failure(EngineException thrown, PtNDManager owner, String kernel) {
        return NativeFailure.explain(thrown, owner.getDevice().toString(), kernel).<RuntimeException>map(e -> e)
                .orElseGet(() -> new IllegalStateException("Kernel " + kernel + " failed", thrown));
    }

    private static IValue toIValue(Object argument) {
        if (argument instanceof Tensor tensor) {
            return IValue.from(tensor.array());
        }
        if (argument instanceof List<?> tensors) {
            return IValue.listFrom(tensors.stream().map(t -> ((Tensor) t).array()).toArray(PtNDArray[]::new));
        }
        if (argument instanceof long[] numbers) {
            return IValue.listFrom(numbers);
        }
        if (argument instanceof double[] numbers) {
            return IValue.listFrom(numbers);
        }
        if (argument instanceof Integer || argument instanceof Long) {
            return IValue.from(((Number) argument).longValue());
        }
        if (argument instanceof Double number) {
            return IValue.from(number.doubleValue());
        }
        if (argument instanceof Boolean flag) {
            return IValue.from(flag.booleanValue());
        }
        throw new IllegalArgumentException("A kernel takes no " + argument.getClass().getName());
    }

    private static List<Tensor> toTensors(IValue result, PtNDManager owner) {
        if (result.isTensor()) {
            return List.of(new Tensor(result.toTensor(owner)));
        }
        PtNDArray[] arrays = result.toTensorArray(owner);
        List<Tensor> tensors = new ArrayList<>(arrays.length);
        for (PtNDArray array : arrays) {
            tensors.add(new Tensor(array));
        }
        return tensors;
    }

    private static Map<String, String> sources(String productFile) {
        Map<String, String> sources = new LinkedHashMap<>();
        sources.put("__torch__.py", read("kernels"));
        sources.put("__torch__/product.py", read(productFile));
        for (String file : FUNCTION_FILES) {
            sources.put("__torch__/" + file + ".py", read(file));
        }
        return sources;
    }

    private static String read(String name) {
        try (InputStream in = KernelLibrary.class.getResourceAsStream("torchscript/" + name + ".py")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("The kernel text " + name + " cannot be read", e);
        }
    }

    /** Loads on first use, once. */
    private static final class Holder {
        static final KernelLibrary INSTANCE = new KernelLibrary();
    }
}
