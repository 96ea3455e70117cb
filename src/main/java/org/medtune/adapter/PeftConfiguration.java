package org.medtune.adapter;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.medtune.InvalidInputException;
import org.medtune.model.Projection;

/**
 * {@code adapter_config.json} as PEFT reads and writes it. Settings that this system does not have are written with
 * PEFT's defaults (kept in a resource, as PEFT 0.21 writes them) and refused when a file sets them otherwise.
 */
final class PeftConfiguration {

    /** Settings that change what the adapter computes, and are therefore refused unless they are empty. */
    private static final List<String> UNSUPPORTED = List.of("use_dora", "fan_in_fan_out",
            "modules_to_save", "layers_to_transform", "layer_replication", "exclude_modules",
            "target_parameters", "trainable_token_indices", "use_qalora", "use_bdlora", "lora_bias",
            "alora_invocation_tokens");

    /** Ways to draw the first values that leave the base model's weights alone; others need a base of their own. */
    private static final Set<String> INITIALIZATIONS = Set.of("true", "false", "gaussian", "orthogonal", "eva");

    private PeftConfiguration() {}

    static LoraConfiguration parse(Path file, JsonNode root) {
        if (!root.path("peft_type").asText().equals("LORA")) {
            throw MESSAGES.unsupportedAdapterSetting(file, "peft_type", root.path("peft_type").asText(), "LORA");
        }
        for (String name : UNSUPPORTED) {
            JsonNode value = root.path(name);
            boolean empty = value.isMissingNode() || value.isNull() || value.isContainerNode() && value.isEmpty()
                    || value.isBoolean() && !value.asBoolean();
            if (!empty) {
                throw MESSAGES.unsupportedAdapterSetting(file, name, value.toString(), "absent");
            }
        }
        String initialization = root.path("init_lora_weights").asText("true");
        if (!INITIALIZATIONS.contains(initialization)) {
            throw MESSAGES.unsupportedAdapterSetting(file, "init_lora_weights", initialization, "true");
        }
        String bias = root.path("bias").asText("none");
        return new LoraConfiguration(
                root.path("r").asInt(0),
                root.path("lora_alpha").asDouble(0),
                root.path("lora_dropout").asDouble(0),
                targetModules(file, root.path("target_modules")),
                BiasTraining.ofPeftName(bias).orElseThrow(() ->
                        MESSAGES.unsupportedAdapterSetting(file, "bias", bias, "none, all or lora_only")),
                root.path("use_rslora").asBoolean(false),
                patterns(file, root, "rank_pattern"),
                patterns(file, root, "alpha_pattern"));
    }

    static ObjectNode format(LoraConfiguration configuration, String baseModel) {
        ObjectNode root = defaults();
        root.put("base_model_name_or_path", baseModel);
        root.put("r", configuration.r());
        putNumber(root, "lora_alpha", configuration.alpha());
        root.put("lora_dropout", configuration.dropout());
        root.put("bias", configuration.bias().peftName());
        root.put("use_rslora", configuration.rankStabilized());
        configuration.rankPattern().values().forEach((key, rank) ->
                putNumber(root.withObjectProperty("rank_pattern"), key, rank));
        configuration.alphaPattern().values().forEach((key, alpha) ->
                putNumber(root.withObjectProperty("alpha_pattern"), key, alpha));
        ArrayNode modules = root.putArray("target_modules");
        configuration.targetModules().forEach(projection -> modules.add(projection.moduleName()));
        return root;
    }

    /** PEFT's own files have whole numbers without a point. */
    private static void putNumber(ObjectNode root, String name, double value) {
        if (value == Math.rint(value)) {
            root.put(name, (long) value);
        } else {
            root.put(name, value);
        }
    }

    private static ModulePatterns patterns(Path file, JsonNode root, String name) {
        Map<String, Double> values = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : root.path(name).properties()) {
            if (!entry.getValue().isNumber()) {
                throw MESSAGES.unsupportedAdapterSetting(file, name, root.path(name).toString(),
                        "an object of numbers");
            }
            values.put(entry.getKey(), entry.getValue().asDouble());
        }
        return new ModulePatterns(values);
    }

    private static Set<Projection> targetModules(Path file, JsonNode modules) {
        EnumSet<Projection> targets = EnumSet.noneOf(Projection.class);
        if (modules.asText().equals("all-linear")) {
            return EnumSet.allOf(Projection.class);
        }
        if (modules.isTextual()) {
            // to PEFT a single string is a regular expression
            throw unsupportedModule(file, modules);
        }
        for (JsonNode module : modules) {
            targets.add(Projection.ofModuleName(module.asText()).orElseThrow(() -> unsupportedModule(file, module)));
        }
        return targets;
    }

    private static InvalidInputException unsupportedModule(Path file, JsonNode module) {
        return MESSAGES.unsupportedAdapterSetting(file, "target_modules", module.asText(),
                "a list of q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj");
    }

    private static ObjectNode defaults() {
        try (InputStream in = PeftConfiguration.class.getResourceAsStream("adapter_config.json")) {
            return (ObjectNode) new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new IllegalStateException("A resource of the application cannot be read", e);
        }
    }
}
