package org.medtune.adapter;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.ModelConfiguration;
import org.medtune.model.SafetensorsFile;
import org.medtune.model.SafetensorsWriter;
import org.medtune.tensor.ElementType;

/**
 * A folder with an adapter as PEFT writes it: {@code adapter_config.json} and {@code adapter_model.safetensors}, and
 * beside them {@code medtune.json}, which records what PEFT has no place for. Python loads the folder as it is.
 *
 * <p>Source: {@code save_and_load.py} of PEFT. One departure: with {@code bias = lora_only} PEFT looks for the biases
 * under a name that its own wrapping has changed and leaves them out; here they are written under the name that PEFT
 * loads.
 */
public final class AdapterFolder {

    static final String CONFIGURATION_FILE = "adapter_config.json";
    static final String WEIGHTS_FILE = "adapter_model.safetensors";
    static final String RECORD_FILE = "medtune.json";

    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Path path;
    private final LoraConfiguration configuration;
    private final AdapterRecord adapterRecord;
    private final SafetensorsFile weights;

    private AdapterFolder(
            Path path, LoraConfiguration configuration, AdapterRecord adapterRecord, SafetensorsFile weights) {
        this.path = path;
        this.configuration = configuration;
        this.adapterRecord = adapterRecord;
        this.weights = weights;
    }

    /**
     * Opens a folder, reading its configuration and the header of its weights.
     *
     * @throws org.medtune.InvalidInputException when a file is missing or damaged, or the adapter is of a kind that
     *     cannot be computed faithfully
     */
    public static AdapterFolder open(Path path) {
        JsonNode configuration = read(path, CONFIGURATION_FILE);
        if (!Files.isRegularFile(path.resolve(WEIGHTS_FILE))) {
            throw MESSAGES.missingAdapterFile(path, WEIGHTS_FILE);
        }
        AdapterRecord adapterRecord = Files.isRegularFile(path.resolve(RECORD_FILE))
                ? AdapterRecord.of(read(path, RECORD_FILE))
                : AdapterRecord.UNKNOWN;
        return new AdapterFolder(path, PeftConfiguration.parse(path.resolve(CONFIGURATION_FILE), configuration),
                adapterRecord, SafetensorsFile.open(path.resolve(WEIGHTS_FILE)));
    }

    /** The folder. */
    public Path path() {
        return path;
    }

    /** What the adapter consists of. */
    public LoraConfiguration configuration() {
        return configuration;
    }

    /** What was recorded beside the adapter; unknown for one that another program made. */
    public AdapterRecord adapterRecord() {
        return adapterRecord;
    }

    /**
     * Makes sure that the adapter fits a model, by the names and shapes of its tensors.
     *
     * @throws org.medtune.InvalidInputException when tensors are missing, left over, or do not fit the model
     */
    public void check(ModelConfiguration model) {
        TreeSet<String> left = new TreeSet<>(weights.entries().keySet());
        for (AdapterLayout.Parameter parameter : new AdapterLayout(model, configuration).parameters()) {
            String name = name(parameter, configuration);
            SafetensorsFile.Entry entry = weights.entries().get(name);
            if (entry == null) {
                throw MESSAGES.missingAdapterTensor(weights.path(), name);
            }
            left.remove(name);
            if (!Arrays.equals(entry.shape(), parameter.shape()) || entry.type() != ElementType.FLOAT32) {
                throw MESSAGES.wrongAdapterTensor(weights.path(), name, entry.type().safetensorsName(),
                        Arrays.toString(entry.shape()), Arrays.toString(parameter.shape()));
            }
        }
        if (!left.isEmpty()) {
            throw MESSAGES.unexpectedAdapterTensor(weights.path(), left.first());
        }
    }

    /**
     * Loads the adapter onto a model. The caller closes it.
     *
     * @throws org.medtune.InvalidInputException when tensors are missing, left over, or do not fit the model
     */
    public LoraAdapter load(CausalLanguageModel model) {
        check(model.configuration());
        AdapterLayout layout = new AdapterLayout(model.configuration(), configuration);
        ByteBuffer values = LoraAdapter.allocate(layout);
        for (AdapterLayout.Parameter parameter : layout.parameters()) {
            SafetensorsFile.Entry entry = weights.entries().get(name(parameter, configuration));
            values.position((int) (parameter.offset() * Float.BYTES));
            values.put(weights.map(entry, 0, (int) entry.length()));
        }
        return LoraAdapter.of(model, configuration, values.rewind());
    }

    /**
     * Writes an adapter into an existing folder that has none yet.
     *
     * @param baseModel where the base model is, for PEFT's {@code base_model_name_or_path}
     */
    public static void write(Path folder, LoraAdapter adapter, String baseModel, AdapterRecord adapterRecord)
            throws IOException {
        ByteBuffer values = adapter.parameters().toBytes();
        Map<String, AdapterLayout.Parameter> byName = new TreeMap<>();
        adapter.layout().parameters().forEach(
                parameter -> byName.put(name(parameter, adapter.configuration()), parameter));
        SafetensorsWriter writer = new SafetensorsWriter();
        byName.forEach((name, p) -> writer.add(name, p.shape(),
                values.slice((int) p.offset() * Float.BYTES, p.elements() * Float.BYTES)));
        writer.write(folder.resolve(WEIGHTS_FILE));
        MAPPER.writeValue(folder.resolve(CONFIGURATION_FILE).toFile(),
                PeftConfiguration.format(adapter.configuration(), baseModel));
        MAPPER.writeValue(folder.resolve(RECORD_FILE).toFile(), adapterRecord);
    }

    private static String name(AdapterLayout.Parameter parameter, LoraConfiguration configuration) {
        String module = "base_model.model.model.layers." + parameter.layer() + "." + parameter.projection().path();
        if (parameter.kind() != AdapterLayout.Kind.BIAS) {
            return module + ".lora_" + parameter.kind() + ".weight";
        }
        // PEFT wraps the target modules only, and wrapping moves what a module has below base_layer
        boolean wrapped = configuration.targetModules().contains(parameter.projection());
        return module + (wrapped ? ".base_layer.bias" : ".bias");
    }

    private static JsonNode read(Path folder, String name) {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            throw MESSAGES.missingAdapterFile(folder, name);
        }
        try {
            return MAPPER.readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw MESSAGES.malformedAdapterFile(file, "it is not readable as JSON");
        }
    }
}
