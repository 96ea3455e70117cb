package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.medtune.InvalidInputException;
import org.medtune.adapter.AdapterFolder;
import org.medtune.model.ModelFolder;

/**
 * What the job {@code merge-adapter} was asked for, after everything that can be checked without reading weights.
 *
 * @param adapter an adapter that fits the model
 * @param model   its base model
 * @param format  what to write
 * @param target  the folder to make, which is not there yet
 */
public record ExportRequest(AdapterFolder adapter, ModelFolder model, ExportFormat format, Path target) {

    /** Name of a published adapter, or path of an adapter folder. */
    public static final String ADAPTER = "adapter";
    /** Path of the base model's folder, or its name; empty for the one that the adapter names. */
    public static final String MODEL_FOLDER = "model.folder";
    /** One of {@link ExportFormat}. */
    public static final String OUTPUT_FORMAT = "output.format";
    /** Name of the folder to make; empty for one made of the adapter's and the format's. */
    public static final String OUTPUT_NAME = "output.name";

    /** The parameters with their defaults, in the order in which the job lists them. */
    public static final List<Map.Entry<String, String>> DEFAULTS = List.of(Map.entry(ADAPTER, ""),
            Map.entry(MODEL_FOLDER, ""), Map.entry(OUTPUT_FORMAT, "safetensors"), Map.entry(OUTPUT_NAME, ""));

    private static final String INTERNAL_PREFIX = "jberet.";
    private static final Pattern NAME = Pattern.compile("[\\p{Alnum}][\\p{Alnum}._-]{0,149}");

    /**
     * Checks parameters and files together.
     *
     * @throws InvalidInputException listing everything that has to change
     */
    public static ExportRequest of(MedtuneHome home, Map<String, String> texts) {
        Problems problems = new Problems();
        List<String> names = DEFAULTS.stream().map(Map.Entry::getKey).toList();
        texts.keySet().stream().sorted()
                .filter(name -> !name.startsWith(INTERNAL_PREFIX) && !names.contains(name))
                .forEach(name -> problems.add(
                        MESSAGES.parameterUnknown(name, EditDistance.nearest(name, names))));
        ParameterRoom.problem(texts).ifPresent(problems::add);
        AdapterFolder adapter = problems.check(() -> adapter(home, text(texts, ADAPTER))).orElse(null);
        ExportFormat format = problems.check(() -> format(text(texts, OUTPUT_FORMAT))).orElse(null);
        ModelFolder model = adapter == null ? null
                : problems.check(() -> model(home, text(texts, MODEL_FOLDER), adapter)).orElse(null);
        Path target = adapter == null || format == null ? null
                : problems.check(() -> target(home, text(texts, OUTPUT_NAME), adapter, format)).orElse(null);
        problems.throwIfAny();
        return new ExportRequest(adapter, model, format, target);
    }

    private static String text(Map<String, String> texts, String name) {
        return texts.getOrDefault(name, DEFAULTS.stream().filter(entry -> entry.getKey().equals(name))
                .map(Map.Entry::getValue).findFirst().orElseThrow()).strip();
    }

    private static AdapterFolder adapter(MedtuneHome home, String given) {
        if (given.isEmpty()) {
            throw MESSAGES.adapterNotGiven(home.adapters());
        }
        Path folder = existing(home.inputs().and(home.adapters(), home.runs()), ADAPTER, home.adapters(), given);
        if (folder == null) {
            throw MESSAGES.adapterMissing(given, home.adapters());
        }
        return PublishedAdapters.open(folder);
    }

    private static ExportFormat format(String given) {
        return ExportFormat.named(given).orElseThrow(() -> MESSAGES.parameterNotOfShape(OUTPUT_FORMAT, given,
                "one of " + String.join(", ", ExportFormat.names())));
    }

    private static ModelFolder model(MedtuneHome home, String given, AdapterFolder adapter) {
        Path folder = existing(home.inputs(), MODEL_FOLDER, home.modelsFolder(),
                given.isEmpty() ? adapter.baseModel() : given);
        if (folder == null && given.isEmpty()) {
            throw MESSAGES.baseModelOfAdapterMissing(adapter.path(), adapter.baseModel());
        }
        if (folder == null) {
            throw MESSAGES.modelFolderMissing(given, given, home.modelsFolder());
        }
        return ModelFolder.open(folder);
    }

    private static Path target(MedtuneHome home, String given, AdapterFolder adapter, ExportFormat format) {
        if (!given.isEmpty() && !NAME.matcher(given).matches()) {
            throw MESSAGES.parameterNotOfShape(OUTPUT_NAME, given, "up to 150 letters, digits, dots, hyphens and "
                    + "underscores, beginning with a letter or a digit");
        }
        Path target = home.exports().resolve(
                given.isEmpty() ? adapter.path().getFileName() + "-" + format.parameterName() : given);
        if (Files.exists(target)) {
            throw MESSAGES.exportExists(target);
        }
        return target;
    }

    /** A folder by its path, or by its name below a parent; null if there is none. */
    private static Path existing(InputFolders allowed, String parameter, Path parent, String pathOrName) {
        try {
            Path folder = allowed.require(parameter, pathOrName, parent.resolve(pathOrName).toAbsolutePath());
            return Files.isDirectory(folder) ? folder : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }
}
