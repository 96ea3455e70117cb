package org.medtune.model;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.medtune.tensor.ElementType;

/**
 * A Hugging Face folder of a Qwen2 or Llama model whose configuration and weight files have been checked against each
 * other: every tensor is there, with the right shape, in a type that can be loaded, and none is left over. Opening
 * reads headers only.
 */
public final class ModelFolder {

    private static final String SINGLE_FILE = "model.safetensors";
    private static final String INDEX_FILE = "model.safetensors.index.json";
    private static final int NAMES_SHOWN = 5;
    private static final int SAMPLED_BYTES = 4096;

    private final Path path;
    private final ModelConfiguration configuration;
    private final Map<String, Location> tensors;

    /** Where a tensor lies. */
    record Location(SafetensorsFile file, SafetensorsFile.Entry entry) {}

    private ModelFolder(Path path, ModelConfiguration configuration, Map<String, Location> tensors) {
        this.path = path;
        this.configuration = configuration;
        this.tensors = tensors;
    }

    /**
     * Opens and checks a folder.
     *
     * @throws org.medtune.InvalidInputException when the folder does not exist, a file is missing or damaged, the
     *     architecture is unknown, or a tensor is missing, left over, or of another shape or type than the
     *     configuration asks for
     */
    public static ModelFolder open(Path path) {
        if (!Files.isDirectory(path)) {
            throw MESSAGES.noSuchModelFolder(path);
        }
        Path config = path.resolve("config.json");
        if (!Files.isRegularFile(config)) {
            throw MESSAGES.missingModelFile(path, "config.json");
        }
        ModelConfiguration configuration = ModelConfigurationReader.read(config);
        Map<String, Location> tensors = locate(path);
        ModelFolder folder = new ModelFolder(path, configuration, tensors);
        folder.checkTensors();
        return folder;
    }

    /** The folder. */
    public Path path() {
        return path;
    }

    /** What {@code config.json} says. */
    public ModelConfiguration configuration() {
        return configuration;
    }

    /** Bytes of all weights as they are stored. */
    public long storedBytes() {
        return tensors.values().stream().mapToLong(t -> t.entry().length()).sum();
    }

    /**
     * A number that tells models apart, those of the same shape too: SHA-256, in hexadecimal, over every tensor's name,
     * type, shape and first {@value #SAMPLED_BYTES} bytes. It does not change when the folder is moved.
     */
    public String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Map.Entry<String, Location> tensor : new TreeMap<>(tensors).entrySet()) {
                SafetensorsFile.Entry entry = tensor.getValue().entry();
                String description = tensor.getKey() + entry.type() + Arrays.toString(entry.shape());
                digest.update(description.getBytes(StandardCharsets.UTF_8));
                int sampled = (int) Math.min(SAMPLED_BYTES, entry.length());
                digest.update(tensor.getValue().file().map(entry, 0, sampled));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** All tensors by name, in the order of the files. */
    public Map<String, SafetensorsFile.Entry> tensors() {
        Map<String, SafetensorsFile.Entry> entries = new LinkedHashMap<>();
        tensors.forEach((name, location) -> entries.put(name, location.entry()));
        return entries;
    }

    /**
     * Maps a part of a tensor's data, read-only and little-endian, without copying.
     *
     * @param offset first byte inside the tensor
     * @param length bytes, at most 2 GiB - 1
     */
    public ByteBuffer map(String name, long offset, int length) {
        Location location = tensors.get(name);
        return location.file().map(location.entry(), offset, length);
    }

    Location tensor(String name) {
        return tensors.get(name);
    }

    private static Map<String, Location> locate(Path path) {
        Map<String, Location> tensors = new LinkedHashMap<>();
        for (Path file : weightFiles(path)) {
            SafetensorsFile opened = SafetensorsFile.open(file);
            opened.entries().forEach((name, entry) -> tensors.put(name, new Location(opened, entry)));
        }
        return tensors;
    }

    private static List<Path> weightFiles(Path path) {
        Path index = path.resolve(INDEX_FILE);
        if (!Files.isRegularFile(index)) {
            if (!Files.isRegularFile(path.resolve(SINGLE_FILE))) {
                throw MESSAGES.missingModelFile(path, SINGLE_FILE + " or " + INDEX_FILE);
            }
            return List.of(path.resolve(SINGLE_FILE));
        }
        JsonNode weightMap;
        try {
            weightMap = new ObjectMapper().readTree(Files.readAllBytes(index)).path("weight_map");
        } catch (IOException e) {
            throw MESSAGES.malformedModelConfiguration(index, "it is not readable as JSON");
        }
        TreeSet<String> names = new TreeSet<>();
        weightMap.forEach(name -> names.add(name.asText()));
        if (names.isEmpty()) {
            throw MESSAGES.malformedModelConfiguration(index, "it has no weight_map");
        }
        return names.stream().map(name -> shard(path, name)).toList();
    }

    private static Path shard(Path path, String name) {
        // absolute, since a relative path may normalise to the empty one, which is the beginning of no other
        Path folder = path.toAbsolutePath().normalize();
        try {
            Path file = folder.resolve(name).normalize();
            if (file.startsWith(folder) && Files.isRegularFile(file)) {
                return file;
            }
        } catch (InvalidPathException e) {
            // a name that no file can have
        }
        throw MESSAGES.missingModelFile(path, name);
    }

    private void checkTensors() {
        Map<String, long[]> expected = WeightNames.shapes(configuration);
        List<String> missing = expected.keySet().stream().filter(name -> !tensors.containsKey(name)).toList();
        if (!missing.isEmpty()) {
            throw MESSAGES.missingTensors(path, missing.size(), shown(missing));
        }
        List<String> extra = tensors.keySet().stream()
                .filter(name -> !expected.containsKey(name) && !WeightNames.isIgnored(name, configuration))
                .toList();
        if (!extra.isEmpty()) {
            throw MESSAGES.unexpectedTensors(path, extra.size(), shown(extra));
        }
        expected.forEach((name, shape) -> {
            SafetensorsFile.Entry entry = tensors.get(name).entry();
            if (!Arrays.equals(shape, entry.shape())) {
                throw MESSAGES.wrongTensorShape(tensors.get(name).file().path(), name, Arrays.toString(entry.shape()),
                        Arrays.toString(shape));
            }
            if (entry.type() != ElementType.BFLOAT16 && entry.type() != ElementType.FLOAT16
                    && entry.type() != ElementType.FLOAT32) {
                throw MESSAGES.wrongTensorType(tensors.get(name).file().path(), name,
                        entry.type().safetensorsName());
            }
        });
    }

    private static String shown(List<String> names) {
        String text = String.join(", ", names.subList(0, Math.min(NAMES_SHOWN, names.size())));
        return names.size() > NAMES_SHOWN ? text + ", ..." : text;
    }
}
