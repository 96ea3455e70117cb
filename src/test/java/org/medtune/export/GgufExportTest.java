package org.medtune.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.medtune.InvalidInputException;
import org.medtune.StopSignal;
import org.medtune.model.ModelFolder;
import org.medtune.testing.GgufReader;
import org.medtune.testing.Golden;
import org.medtune.testing.RewrittenModel;

@DisplayName("A GGUF file")
class GgufExportTest {

    @TempDir
    private Path folder;

    @Test
    @DisplayName("describes the model and its tokenizer by llama.cpp's keys")
    void metadata() throws IOException {
        // when
        GgufReader file = export(Golden.MODEL, GgufExport.Format.F16);

        // then
        assertThat(file.metadata()).containsEntry("general.architecture", "qwen2")
                .containsEntry("general.name", "tiny")
                .containsEntry("general.file_type", 1)
                .containsEntry("qwen2.block_count", 6)
                .containsEntry("qwen2.context_length", 2048)
                .containsEntry("qwen2.embedding_length", 384)
                .containsEntry("qwen2.feed_forward_length", 1024)
                .containsEntry("qwen2.attention.head_count", 6)
                .containsEntry("qwen2.attention.head_count_kv", 2)
                .containsEntry("qwen2.attention.layer_norm_rms_epsilon", 1e-6f)
                .containsEntry("qwen2.rope.freq_base", 10_000f)
                .containsEntry("tokenizer.ggml.model", "gpt2")
                .containsEntry("tokenizer.ggml.pre", "qwen2")
                .containsEntry("tokenizer.ggml.bos_token_id", 8188)
                .containsEntry("tokenizer.ggml.eos_token_id", 8185)
                .containsEntry("tokenizer.ggml.add_bos_token", true)
                .hasEntrySatisfying("tokenizer.chat_template",
                        template -> assertThat((String) template).contains("<｜Assistant｜>"));
        List<?> tokens = (List<?>) file.metadata().get("tokenizer.ggml.tokens");
        assertThat(tokens).hasSize(8192);
        assertThat(tokens.get(8186)).isEqualTo("<｜User｜>");
        assertThat((List<?>) file.metadata().get("tokenizer.ggml.merges")).hasSize(7929).first().isEqualTo("ï ¼");
        List<?> types = (List<?>) file.metadata().get("tokenizer.ggml.token_type");
        assertThat(List.of(types.get(100), types.get(8186), types.get(8190))).isEqualTo(List.of(1, 3, 4));
    }

    @Test
    @DisplayName("has matrices in float16 and vectors in float32, names and shapes as llama.cpp expects them")
    void float16() throws IOException {
        // when
        GgufReader file = export(Golden.MODEL, GgufExport.Format.F16);

        // then: 12 tensors a layer, embedding and norm; the head is the embedding
        assertThat(file.tensors()).hasSize(6 * 12 + 2).doesNotContainKey("output.weight");
        assertThat(file.tensors().get("blk.2.ffn_down.weight"))
                .satisfies(tensor -> assertThat(tensor.type()).isEqualTo(1))
                .satisfies(tensor -> assertThat(tensor.dimensions()).containsExactly(1024, 384));
        assertThat(file.tensors().get("blk.2.attn_q.bias").type()).isZero();
        float[] expected = bfloat16("model.layers.2.mlp.down_proj.weight");
        ByteBuffer data = file.data("blk.2.ffn_down.weight");
        for (int i = 0; i < expected.length; i++) {
            // a bfloat16 number of usual size is a float16 number, a very small one is rounded
            assertThat(GgufReader.half(data.getShort(2 * i))).isCloseTo(expected[i], within(0x1.001p-25f));
        }
    }

    @Test
    @DisplayName("has 8-bit blocks whose numbers are within half a step")
    void eightBits() throws IOException {
        // when
        GgufReader file = export(Golden.MODEL, GgufExport.Format.Q8_0);

        // then
        assertThat(file.metadata()).containsEntry("general.file_type", 7);
        assertThat(file.tensors().get("token_embd.weight").type()).isEqualTo(8);
        assertThat(file.tensors().get("blk.0.attn_norm.weight").type()).isZero();
        float[] expected = bfloat16("model.layers.0.self_attn.q_proj.weight");
        ByteBuffer data = file.data("blk.0.attn_q.weight");
        for (int i = 0; i < expected.length; i++) {
            int block = i / 32 * 34;
            float scale = GgufReader.half(data.getShort(block));
            float largest = 0;
            for (int j = i / 32 * 32; j < i / 32 * 32 + 32; j++) {
                largest = Math.max(largest, Math.abs(expected[j]));
            }
            assertThat(scale).isCloseTo(largest / 127, within(largest / 127 / 1024));
            assertThat(scale * data.get(block + 2 + i % 32)).isCloseTo(expected[i], within(scale * 0.57f));
        }
    }

    @Test
    @DisplayName("of a llama model has the halves of each query and key head interleaved, and its own prefix")
    void llama() throws IOException {
        // given
        Path llama = copyOfModel(root -> root.put("model_type", "llama").put("attention_bias", false)
                .putObject("rope_parameters").put("rope_theta", 500_000.0).put("rope_type", "llama3")
                .put("factor", 8.0).put("low_freq_factor", 1.0).put("high_freq_factor", 4.0)
                .put("original_max_position_embeddings", 512));

        // when
        GgufReader file = export(llama, GgufExport.Format.F16);

        // then
        assertThat(file.metadata()).containsEntry("general.architecture", "llama")
                .containsEntry("llama.rope.dimension_count", 64).containsEntry("llama.vocab_size", 8192);
        float[] q = bfloat16("model.layers.1.self_attn.q_proj.weight");
        float[] v = bfloat16("model.layers.1.self_attn.v_proj.weight");
        for (int row : new int[] {0, 1, 2, 63, 64, 65, 200, 383}) {
            int source = row / 64 * 64 + row % 2 * 32 + row % 64 / 2;
            assertThat(GgufReader.half(file.data("blk.1.attn_q.weight").getShort((row * 384 + 5) * 2)))
                    .isCloseTo(q[source * 384 + 5], within(0x1.001p-25f));
        }
        assertThat(GgufReader.half(file.data("blk.1.attn_v.weight").getShort((384 + 5) * 2)))
                .isCloseTo(v[384 + 5], within(0x1.001p-25f));
        // high frequencies stay, low ones are divided by the factor
        ByteBuffer factors = file.data("rope_freqs.weight");
        assertThat(factors.getFloat(0)).isEqualTo(1);
        assertThat(factors.getFloat(31 * Float.BYTES)).isCloseTo(8, within(1e-5f));
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("takes as many bytes as it says, and metadata")
    void size(GgufExport.Format format) throws IOException {
        GgufExport export = new GgufExport(ModelFolder.open(Golden.MODEL), Optional.empty(), format, "tiny");

        export.write(folder.resolve("model.gguf"), StopSignal.NEVER);

        assertThat(Files.size(folder.resolve("model.gguf"))).isBetween(export.bytes(), export.bytes() + 600_000);
    }

    @Test
    @DisplayName("is refused where llama.cpp has no name for what the tokenizer does")
    void unknownPreTokenizer() throws IOException {
        // given
        Path model = copyOfModel(root -> { });
        Path tokenizer = model.resolve("tokenizer.json");
        Files.writeString(tokenizer, Files.readString(tokenizer).replace("'m|'ll|'d)", "'m|'ll)"));

        // then
        assertThatThrownBy(() -> export(model, GgufExport.Format.F16))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("MEDTUNE000516: The tokenizer " + tokenizer)
                .hasMessageContaining("it splits texts by [(?i:'s|'t|'re|'ve|'m|'ll)");
        assertThat(folder.resolve("model.gguf")).doesNotExist();
    }

    @Test
    @DisplayName("is refused where the architecture has no place for stretched positions")
    void stretchedPositions() throws IOException {
        Path model = copyOfModel(root -> root.putObject("rope_parameters").put("rope_theta", 10_000.0)
                .put("rope_type", "llama3").put("factor", 8.0).put("low_freq_factor", 1.0)
                .put("high_freq_factor", 4.0).put("original_max_position_embeddings", 512));

        assertThatThrownBy(() -> export(model, GgufExport.Format.F16))
                .hasMessageStartingWith("MEDTUNE000517: The model " + model)
                .hasMessageContaining("rope_type llama3", "architecture qwen2");
    }

    private GgufReader export(Path model, GgufExport.Format format) throws IOException {
        Path file = folder.resolve("model.gguf");
        new GgufExport(ModelFolder.open(model), Optional.empty(), format, "tiny").write(file, StopSignal.NEVER);
        return GgufReader.read(file);
    }

    /** A changed configuration; biases are left out where it has none. */
    private Path copyOfModel(Consumer<ObjectNode> change) throws IOException {
        Path model = Files.createDirectory(folder.resolve("changed"));
        RewrittenModel rewritten = new RewrittenModel().configure(change);
        rewritten.configure(root -> {
            if (root.path("model_type").asText().equals("llama")) {
                rewritten.without(name -> name.endsWith(".bias"));
            }
        });
        rewritten.writeTo(model);
        for (String name : List.of("tokenizer.json", "tokenizer_config.json", "generation_config.json")) {
            Files.copy(Golden.MODEL.resolve(name), model.resolve(name));
        }
        return model;
    }

    private static float[] bfloat16(String name) {
        ModelFolder base = ModelFolder.open(Golden.MODEL);
        ByteBuffer bytes = base.map(name, 0, (int) base.tensors().get(name).length());
        float[] values = new float[bytes.remaining() / Short.BYTES];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(bytes.getShort(i * Short.BYTES) << Short.SIZE);
        }
        return values;
    }
}
