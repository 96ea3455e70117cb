package org.medtune.model;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads {@code config.json} of a Hugging Face model folder. Understands the older files, which have {@code rope_theta}
 * and {@code rope_scaling} at the top, and those of Transformers 5, which have {@code rope_parameters}. Whatever the
 * engine could not compute faithfully (another activation, sliding windows, unknown stretching) is refused.
 *
 * <p>Source of names and defaults: {@code configuration_qwen2.py} and {@code configuration_llama.py} of Transformers.
 */
final class ModelConfigurationReader {

    private final Path file;
    private final JsonNode root;

    private ModelConfigurationReader(Path file, JsonNode root) {
        this.file = file;
        this.root = root;
    }

    static ModelConfiguration read(Path file) {
        JsonNode root;
        try {
            root = new ObjectMapper().readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw MESSAGES.malformedModelConfiguration(file, e.getOriginalMessage());
        } catch (IOException e) {
            throw MESSAGES.unreadableModelFile(file, e.toString());
        }
        if (root == null || !root.isObject()) {
            throw MESSAGES.malformedModelConfiguration(file, "it is not a JSON object");
        }
        return new ModelConfigurationReader(file, root).configuration();
    }

    private ModelConfiguration configuration() {
        String modelType = root.path("model_type").asText("");
        if (!modelType.equals("qwen2") && !modelType.equals("llama")) {
            throw MESSAGES.unknownArchitecture(file, modelType);
        }
        requireValue("hidden_act", "silu", "silu");
        requireValue("use_sliding_window", "false", "false");
        requireAbsent("quantization_config");
        int attentionHeads = positive("num_attention_heads");
        int keyValueHeads = root.hasNonNull("num_key_value_heads") ? positive("num_key_value_heads") : attentionHeads;
        int hiddenSize = positive("hidden_size");
        if (attentionHeads % keyValueHeads != 0) {
            throw MESSAGES.unsupportedModelSetting(file, "num_key_value_heads", String.valueOf(keyValueHeads),
                    "a divisor of num_attention_heads = " + attentionHeads);
        }
        int headSize = root.hasNonNull("head_dim") ? positive("head_dim") : hiddenSize / attentionHeads;
        if (headSize % 2 != 0) {
            throw MESSAGES.unsupportedModelSetting(file, "head_dim", String.valueOf(headSize), "an even number");
        }
        boolean llama = modelType.equals("llama");
        boolean attentionBias = root.path("attention_bias").asBoolean(false);
        return new ModelConfiguration(
                modelType,
                hiddenSize,
                positive("intermediate_size"),
                positive("num_hidden_layers"),
                attentionHeads,
                keyValueHeads,
                headSize,
                positive("vocab_size"),
                root.path("rms_norm_eps").asDouble(1e-6),
                rotaryEmbedding(),
                root.path("tie_word_embeddings").asBoolean(false),
                !llama || attentionBias,
                llama && attentionBias,
                llama && root.path("mlp_bias").asBoolean(false),
                root.path("max_position_embeddings").asInt(llama ? 2048 : 32768),
                endOfSentenceIds());
    }

    private RotaryEmbedding rotaryEmbedding() {
        JsonNode parameters = root.path(root.hasNonNull("rope_parameters") ? "rope_parameters" : "rope_scaling");
        double theta = parameters.hasNonNull("rope_theta")
                ? parameters.get("rope_theta").asDouble()
                : root.path("rope_theta").asDouble(10_000.0);
        String type = parameters.path("rope_type").asText(parameters.path("type").asText("default"));
        RotaryEmbedding.Scaling scaling = switch (type) {
            case "default" -> new RotaryEmbedding.Unscaled();
            case "linear" -> new RotaryEmbedding.Linear(required(parameters, "factor"));
            case "llama3" -> new RotaryEmbedding.Llama3(
                    required(parameters, "factor"),
                    required(parameters, "low_freq_factor"),
                    required(parameters, "high_freq_factor"),
                    (int) required(parameters, "original_max_position_embeddings"));
            default -> throw MESSAGES.unsupportedModelSetting(file, "rope_type", type, "default, linear or llama3");
        };
        return new RotaryEmbedding(theta, scaling);
    }

    private List<Integer> endOfSentenceIds() {
        List<Integer> ids = new ArrayList<>();
        JsonNode node = root.path("eos_token_id");
        if (node.isInt()) {
            ids.add(node.asInt());
        }
        node.forEach(id -> ids.add(id.asInt()));
        return List.copyOf(ids);
    }

    private int positive(String name) {
        JsonNode node = root.path(name);
        if (!node.isInt() || node.asInt() < 1) {
            throw MESSAGES.unsupportedModelSetting(file, name, node.isMissingNode() ? "absent" : node.toString(),
                    "a positive integer");
        }
        return node.asInt();
    }

    private double required(JsonNode parameters, String name) {
        JsonNode node = parameters.path(name);
        if (!node.isNumber()) {
            throw MESSAGES.unsupportedModelSetting(file, name, node.isMissingNode() ? "absent" : node.toString(),
                    "a number");
        }
        return node.asDouble();
    }

    private void requireValue(String name, String wanted, String whenAbsent) {
        String value = root.path(name).asText(whenAbsent);
        if (!value.equals(wanted)) {
            throw MESSAGES.unsupportedModelSetting(file, name, value, wanted);
        }
    }

    private void requireAbsent(String name) {
        if (root.hasNonNull(name)) {
            throw MESSAGES.unsupportedModelSetting(file, name, "present", "absent (weights in 16 or 32 bits)");
        }
    }
}
