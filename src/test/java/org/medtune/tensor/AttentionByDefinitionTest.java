package org.medtune.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
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
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernel text that accelerators before Ampere run, run on the processor beside PyTorch's own attention. */
@DisplayName("Attention by its definition")
class AttentionByDefinitionTest {

    /** Largest difference of output and gradients, each by the largest of their own numbers. */
    private static final String COMPARISON = """
            class Comparison(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              def compare(self: __torch__.Comparison, tokens: int, dtype: int) -> List[Tensor]:
                torch.manual_seed(1)
                q = torch.randn([1, 3, tokens, 16], dtype=6)
                k = torch.randn([1, 3, tokens, 16], dtype=6)
                v = torch.randn([1, 3, tokens, 16], dtype=6)
                do = torch.randn([1, 3, tokens, 16], dtype=6)
                o, lse = torch._scaled_dot_product_flash_attention_for_cpu(q, k, v, 0., True)
                dq, dk, dv = torch._scaled_dot_product_flash_attention_for_cpu_backward(do, q, k, v, o, lse, 0., True)
                qh = q.to(dtype)
                kh = k.to(dtype)
                vh = v.to(dtype)
                oh, p = __torch__.attention.by_definition(qh, kh, vh)
                dqh, dkh, dvh = __torch__.attention.by_definition_backward(do.to(dtype), qh, kh, vh, p)
                expected = [o, dq, dk, dv]
                found = [oh, dqh, dkh, dvh]
                distances = annotate(List[Tensor], [])
                for i in range(4):
                  difference = torch.max(torch.abs(found[i].to(6) - expected[i]))
                  distances.append(difference / torch.max(torch.abs(expected[i])))
                return distances
            """;

    @ParameterizedTest(name = "{0} tokens in {1}")
    @CsvSource({"2, FLOAT32, 2e-6", "37, FLOAT32, 2e-6", "130, FLOAT32, 2e-6", "37, FLOAT16, 3e-3"})
    @DisplayName("gives the output and the gradients of PyTorch's flash attention")
    void equalsFlashAttention(long tokens, ElementType type, double tolerance) throws IOException {
        // given
        try (PtNDManager manager = (PtNDManager) Engine.getEngine("PyTorch").newBaseManager();
                InputStream text = KernelLibrary.class.getResourceAsStream("torchscript/attention.py");
                PtSymbolBlock module = JniUtils.loadModule(manager, new ByteArrayInputStream(TorchScriptArchive.pack(
                        "Comparison", Map.of("__torch__.py", COMPARISON, "__torch__/attention.py",
                                new String(text.readAllBytes(), StandardCharsets.UTF_8)))), false, false);
                IValue count = IValue.from(tokens);
                IValue dtype = IValue.from((long) type.scalarType())) {
            // when
            try (IValue distances = IValueUtils.runMethod(module, "compare", count, dtype)) {
                // then
                for (PtNDArray distance : distances.toTensorArray(manager)) {
                    assertThat((double) distance.getFloat()).isBetween(0.0, tolerance);
                }
            }
        }
    }
}
