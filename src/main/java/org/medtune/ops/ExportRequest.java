package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import org.medtune.InvalidInputException;
import org.medtune.adapter.AdapterFolder;
import org.medtune.model.ModelFolder;
import org.medtune.ops.ParameterType.Choice;
import org.medtune.ops.ParameterType.Shaped;
import org.medtune.ops.ParameterType.Words;

/**
 * What the job {@code merge-adapter} was asked for, after everything that can be checked without reading weights.
 *
 * @param adapter an adapter that fits the model
 * @param model   its base model
 * @param format  what to write
 * @param target  the folder to make, which is not there yet
 */
public record ExportRequest(AdapterFolder adapter, ModelFolder model, ExportFormat format, Path target) {

    /** The id of the job. */
    public static final String JOB = "merge-adapter";
    /** Name of a published adapter, or path of an adapter folder. */
    public static final String ADAPTER = "adapter";
    /** Path of the base model's folder, or its name; empty for the one that the adapter names. */
    public static final String MODEL_FOLDER = "model.folder";
    /** One of {@link ExportFormat}. */
    public static final String OUTPUT_FORMAT = "output.format";
    /** Name of the folder to make; empty for one made of the adapter's and the format's. */
    public static final String OUTPUT_NAME = "output.name";

    private static final ParameterType NAME = Shaped.of("|[\\p{Alnum}][\\p{Alnum}._-]{0,149}",
            "up to 150 letters, digits, dots, hyphens and underscores, beginning with a letter or a digit");

    /** The parameters, in the order in which the job lists them. */
    public static final JobParameters PARAMETERS = JobParameters.of(
            new JobParameter(ADAPTER, "", new Words(),
                    "a published adapter's name, or the path of an adapter folder; must be given"),
            new JobParameter(MODEL_FOLDER, "", new Words(),
                    "its base model: a path, or a name under models/; empty for the one that the adapter was "
                            + "trained on"),
            new JobParameter(OUTPUT_FORMAT, "safetensors", new Choice(ExportFormat.names()),
                    "safetensors, a Hugging Face folder in the base model's types, which Transformers loads; "
                            + "safetensors-fp32, the same in float32; gguf-f16 or gguf-q8_0, a file for llama.cpp in "
                            + "float16 or 8 bits"),
            new JobParameter(OUTPUT_NAME, "", NAME,
                    "name of the folder to make; empty for one made of the adapter's and the format's"));

    /**
     * Checks parameters and files together.
     *
     * @throws InvalidInputException listing everything that has to change
     */
    public static ExportRequest of(MedtuneHome home, Map<String, String> texts) {
        Problems problems = new Problems();
        PARAMETERS.check(texts, problems);
        AdapterFolder adapter = problems.check(() -> adapter(home, PARAMETERS.text(texts, ADAPTER))).orElse(null);
        ExportFormat format = problems.check(() -> format(texts)).orElse(null);
        String name = problems.check(() -> PARAMETERS.word(texts, OUTPUT_NAME)).orElse(null);
        ModelFolder model = adapter == null ? null
                : problems.check(() -> model(home, PARAMETERS.text(texts, MODEL_FOLDER), adapter)).orElse(null);
        Path target = adapter == null || format == null || name == null ? null
                : problems.check(() -> free(target(home, name, adapter.path(), format))).orElse(null);
        if (model != null) {
            problems.check(() -> fitting(adapter, model));
        }
        problems.throwIfAny();
        return new ExportRequest(adapter, model, format, target);
    }

    /**
     * The folder that an export with these parameters makes, whether it could be made or not.
     *
     * @throws InvalidInputException if the name or the format cannot be
     */
    public static Path target(MedtuneHome home, Map<String, String> texts) {
        Path adapter = home.adapters().resolve(PARAMETERS.text(texts, ADAPTER)).normalize();
        return target(home, PARAMETERS.word(texts, OUTPUT_NAME), adapter, format(texts));
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

    private static ExportFormat format(Map<String, String> texts) {
        return ExportFormat.named(PARAMETERS.word(texts, OUTPUT_FORMAT)).orElseThrow();
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

    private static AdapterFolder fitting(AdapterFolder adapter, ModelFolder model) {
        adapter.check(model.configuration());
        return adapter;
    }

    private static Path target(MedtuneHome home, String given, Path adapter, ExportFormat format) {
        return home.exports().resolve(given.isEmpty() ? adapter.getFileName() + "-" + format.parameterName() : given);
    }

    private static Path free(Path target) {
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
