package org.medtune.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Writes a model folder with the geometry of DeepSeek-R1-Distill-Qwen-7B and random bfloat16 weights, for measuring
 * where the real one cannot be had: 15.2 GB in shards of one layer. It has no tokenizer.
 */
public final class RandomModel {

    private static final int HIDDEN = 3584;
    private static final int INTERMEDIATE = 18944;
    private static final int KEY_VALUE = 512;
    private static final int VOCABULARY = 152064;
    private static final int LAYERS = 28;
    private static final int BLOCK = 1 << 20;

    private RandomModel() {}

    /** Writes the folder named by the first argument; a second one sets the number of layers. */
    public static void main(String[] arguments) throws IOException {
        write(Path.of(arguments[0]), arguments.length > 1 ? Integer.parseInt(arguments[1]) : LAYERS);
    }

    static void write(Path folder, int layers) throws IOException {
        Files.createDirectories(folder);
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode config = mapper.createObjectNode()
                .put("model_type", "qwen2").put("hidden_act", "silu").put("hidden_size", HIDDEN)
                .put("intermediate_size", INTERMEDIATE).put("num_hidden_layers", layers)
                .put("num_attention_heads", 28).put("num_key_value_heads", 4).put("vocab_size", VOCABULARY)
                .put("rms_norm_eps", 1e-6).put("rope_theta", 10000.0).put("tie_word_embeddings", false)
                .put("max_position_embeddings", 131072).put("eos_token_id", 151643);
        mapper.writeValue(folder.resolve("config.json").toFile(), config);
        ByteBuffer noise = noise();
        ObjectNode index = mapper.createObjectNode();
        ObjectNode weightMap = index.putObject("weight_map");
        Map<String, long[]> outer = new LinkedHashMap<>();
        outer.put("model.embed_tokens.weight", new long[] {VOCABULARY, HIDDEN});
        outer.put("model.norm.weight", new long[] {HIDDEN});
        outer.put("lm_head.weight", new long[] {VOCABULARY, HIDDEN});
        shard(folder, "model-outer.safetensors", outer, noise, weightMap);
        for (int layer = 0; layer < layers; layer++) {
            shard(folder, "model-layer-" + layer + ".safetensors", layer(layer), noise, weightMap);
        }
        mapper.writeValue(folder.resolve("model.safetensors.index.json").toFile(), index);
    }

    private static Map<String, long[]> layer(int layer) {
        String prefix = "model.layers." + layer + ".";
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put(prefix + "input_layernorm.weight", new long[] {HIDDEN});
        shapes.put(prefix + "post_attention_layernorm.weight", new long[] {HIDDEN});
        shapes.put(prefix + "self_attn.q_proj.weight", new long[] {HIDDEN, HIDDEN});
        shapes.put(prefix + "self_attn.q_proj.bias", new long[] {HIDDEN});
        shapes.put(prefix + "self_attn.k_proj.weight", new long[] {KEY_VALUE, HIDDEN});
        shapes.put(prefix + "self_attn.k_proj.bias", new long[] {KEY_VALUE});
        shapes.put(prefix + "self_attn.v_proj.weight", new long[] {KEY_VALUE, HIDDEN});
        shapes.put(prefix + "self_attn.v_proj.bias", new long[] {KEY_VALUE});
        shapes.put(prefix + "self_attn.o_proj.weight", new long[] {HIDDEN, HIDDEN});
        shapes.put(prefix + "mlp.gate_proj.weight", new long[] {INTERMEDIATE, HIDDEN});
        shapes.put(prefix + "mlp.up_proj.weight", new long[] {INTERMEDIATE, HIDDEN});
        shapes.put(prefix + "mlp.down_proj.weight", new long[] {HIDDEN, INTERMEDIATE});
        return shapes;
    }

    private static void shard(Path folder, String name, Map<String, long[]> shapes, ByteBuffer noise,
            ObjectNode weightMap) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode header = mapper.createObjectNode();
        long offset = 0;
        for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
            ObjectNode node = header.putObject(tensor.getKey()).put("dtype", "BF16");
            long bytes = 2;
            for (long length : tensor.getValue()) {
                node.withArray("shape").add(length);
                bytes *= length;
            }
            node.putArray("data_offsets").add(offset).add(offset + bytes);
            offset += bytes;
            weightMap.put(tensor.getKey(), name);
        }
        byte[] json = mapper.writeValueAsBytes(header);
        try (FileChannel channel = FileChannel.open(folder.resolve(name), StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).flip());
            channel.write(ByteBuffer.wrap(json));
            for (long left = offset; left > 0; left -= BLOCK) {
                ByteBuffer block = noise.duplicate().limit((int) Math.min(left, BLOCK));
                while (block.hasRemaining()) {
                    channel.write(block);
                }
            }
        }
    }

    /** One block of bfloat16 numbers with a standard deviation of 0.02, which every tensor repeats. */
    private static ByteBuffer noise() {
        SplittableRandom random = new SplittableRandom(7);
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
        while (block.hasRemaining()) {
            float value = (float) (random.nextGaussian() * 0.02);
            block.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
        }
        return block.flip();
    }
}
