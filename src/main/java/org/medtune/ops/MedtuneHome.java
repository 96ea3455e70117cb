package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.nio.file.Path;
import org.medtune.InvalidInputException;

/**
 * Where a site's own files are. None of them is inside the server, so that a new server can take the place of the old.
 *
 * @param folder       what is written: runs, adapters, the job repository
 * @param modelsFolder base models, each a Hugging Face folder
 * @param dataFolder   datasets
 */
public record MedtuneHome(Path folder, Path modelsFolder, Path dataFolder) {

    /**
     * The folders that the server's start script has set.
     *
     * @throws InvalidInputException if it has not
     */
    public static MedtuneHome ofSystemProperties() {
        return new MedtuneHome(setting("medtune.home"), setting("medtune.models"), setting("medtune.data"));
    }

    private static Path setting(String name) {
        String value = System.getProperty(name);
        if (value == null || value.isBlank()) {
            throw MESSAGES.settingMissing(name);
        }
        return Path.of(value).toAbsolutePath().normalize();
    }

    /** One folder a run. */
    public Path runs() {
        return folder.resolve("runs");
    }

    /** One folder a run of any job, with what was logged of it. */
    Path runLogs() {
        return folder.resolve("run-logs");
    }

    /** One folder a published adapter. */
    public Path adapters() {
        return folder.resolve("adapters");
    }

    /** One folder a model with its adapter merged. */
    public Path exports() {
        return folder.resolve("exports");
    }

    /** What an execution of the job {@code purge} has found and done. */
    public JsonFile<PurgeReport> purgeReport(long executionId) {
        return new JsonFile<>(folder.resolve("purges").resolve("purge-" + executionId + ".json"), PurgeReport.class);
    }

    /** A model's folder by its path, or by its name under the models' folder. */
    public Path model(String pathOrName) {
        return modelsFolder.resolve(pathOrName).normalize();
    }

    /** A dataset's file by its path, or by its name under the data folder. */
    public Path dataset(String pathOrName) {
        return dataFolder.resolve(pathOrName).normalize();
    }
}
