package org.medtune.tensor;

import ai.djl.engine.Engine;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;

/** PyTorch's own update of a loss' scale, the operator behind {@code torch.amp.GradScaler}. */
public final class PytorchLossScale implements AutoCloseable {

    private static final String TEXT = """
            class LossScale(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              def update(self: __torch__.LossScale, scale: Tensor, tracker: Tensor, found_inf: Tensor, growth: float,
                      backoff: float, interval: int) -> Tensor:
                return torch._amp_update_scale_(scale, tracker, found_inf, growth, backoff, interval)
            """;

    private final PtNDManager manager;
    private final PtSymbolBlock module;
    private final PtNDArray scale;
    private final PtNDArray tracker;

    /** A scale before its first step. */
    public PytorchLossScale(float initial, int goodSteps) {
        manager = (PtNDManager) Engine.getEngine("PyTorch").newBaseManager();
        try {
            module = JniUtils.loadModule(manager, new ByteArrayInputStream(
                    TorchScriptArchive.pack("LossScale", Map.of("__torch__.py", TEXT))), false, false);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        scale = (PtNDArray) manager.full(new Shape(1), initial, DataType.FLOAT32);
        tracker = (PtNDArray) manager.full(new Shape(1), goodSteps, DataType.INT32);
    }

    /** Takes a step's outcome in and returns the scale of the next. */
    public double update(boolean overflow, double growth, double backoff, int interval) {
        try (PtNDArray found = (PtNDArray) manager.full(new Shape(1), overflow ? 1 : 0, DataType.FLOAT32);
                IValue a = IValue.from(scale);
                IValue b = IValue.from(tracker);
                IValue c = IValue.from(found);
                IValue d = IValue.from(growth);
                IValue e = IValue.from(backoff);
                IValue f = IValue.from((long) interval);
                IValue result = IValueUtils.runMethod(module, "update", a, b, c, d, e, f)) {
            return result.toTensor(manager).getFloat();
        }
    }

    @Override
    public void close() {
        module.close();
        manager.close();
    }
}
