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
import org.medtune.model.Quantization;
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
    private final String baseModel;
    private final AdapterRecord adapterRecord;
    private final SafetensorsFile weights;

    private AdapterFolder(
            Path path, LoraConfiguration configuration, String baseModel, AdapterRecord adapterRecord,
            SafetensorsFile weights) {
        this.path = path;
        this.configuration = configuration;
        this.baseModel = baseModel;
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
                configuration.path("base_model_name_or_path").asText(""), adapterRecord,
                SafetensorsFile.open(path.resolve(WEIGHTS_FILE)));
    }

    /** The folder. */
    public Path path() {
        return path;
    }

    /** What the adapter consists of. */
    public LoraConfiguration configuration() {
        return configuration;
    }

    /** Where the base model was when the adapter was written; empty when unknown. */
    public String baseModel() {
        return baseModel;
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
     * Loads the adapter onto a model that is as it is in its files, or is that in 4 bits. The caller closes it.
     *
     * <p>An adapter that began with one iteration of LoftQ on this very base in 4 bits is given as it was in training:
     * there its first values make up for what the base has lost. Anywhere else what is written is right.
     *
     * @throws org.medtune.InvalidInputException when tensors are missing, left over, or do not fit the model
     */
    public LoraAdapter load(CausalLanguageModel model) {
        AdapterValues values = read(model.configuration());
        boolean baseOfTraining = adapterRecord.loftQIterations() == 1 && model.quantization() == Quantization.NF4;
        return LoraAdapter.of(model,
                baseOfTraining ? AdapterDifference.of(values, model.configuration()).trained() : values);
    }

    /**
     * Loads the adapter onto the base that it was trained on, to be trained further. The caller closes it.
     *
     * @throws org.medtune.InvalidInputException when tensors are missing, left over, or do not fit the model
     */
    public LoraAdapter loadForTraining(CausalLanguageModel model) {
        AdapterValues values = read(model.configuration());
        return adapterRecord.loftQIterations() == 0 ? LoraAdapter.of(model, values)
                : LoraAdapter.of(model, AdapterDifference.of(values, model.configuration()));
    }

    /**
     * Reads the adapter for a model that need not be loaded.
     *
     * @throws org.medtune.InvalidInputException when tensors are missing, left over, or do not fit the model
     */
    public AdapterValues read(ModelConfiguration model) {
        check(model);
        AdapterLayout layout = new AdapterLayout(model, configuration);
        ByteBuffer values = LoraAdapter.allocate(layout);
        for (AdapterLayout.Parameter parameter : layout.parameters()) {
            SafetensorsFile.Entry entry = weights.entries().get(name(parameter, configuration));
            values.position((int) (parameter.offset() * Float.BYTES));
            values.put(weights.map(entry, 0, (int) entry.length()));
        }
        return new AdapterValues(configuration, layout, values.rewind());
    }

    /**
     * Writes an adapter into an existing folder that has none yet.
     *
     * @param baseModel where the base model is, for PEFT's {@code base_model_name_or_path}
     */
    public static void write(Path folder, LoraAdapter adapter, String baseModel, AdapterRecord adapterRecord)
            throws IOException {
        AdapterValues values = adapter.written();
        Map<String, AdapterLayout.Parameter> byName = new TreeMap<>();
        values.layout().parameters().forEach(
                parameter -> byName.put(name(parameter, values.configuration()), parameter));
        SafetensorsWriter writer = new SafetensorsWriter();
        byName.forEach((name, p) -> writer.add(name, p.shape(), values.rows(p, 0, p.rows())));
        writer.write(folder.resolve(WEIGHTS_FILE));
        MAPPER.writeValue(folder.resolve(CONFIGURATION_FILE).toFile(),
                PeftConfiguration.format(values.configuration(), baseModel));
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
