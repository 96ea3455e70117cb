package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.File;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.medtune.InvalidInputException;

/**
 * Where a site's own files are. None of them is inside the server, so that a new server can take the place of the old.
 *
 * @param folder       what is written: runs, adapters, the job repository
 * @param modelsFolder base models, each a Hugging Face folder
 * @param dataFolder   datasets
 * @param moreFolders  others that models and datasets may be read from, by their path
 */
public record MedtuneHome(Path folder, Path modelsFolder, Path dataFolder, List<Path> moreFolders) {

    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    public MedtuneHome {
        moreFolders = List.copyOf(moreFolders);
    }

    /** Without others. */
    public MedtuneHome(Path folder, Path modelsFolder, Path dataFolder) {
        this(folder, modelsFolder, dataFolder, List.of());
    }

    /**
     * The folders that the server's start script has set.
     *
     * @throws InvalidInputException if it has not
     */
    public static MedtuneHome ofSystemProperties() {
        return new MedtuneHome(setting("medtune.home"), setting("medtune.models"), setting("medtune.data"),
                more());
    }

    private static Path setting(String name) {
        String value = System.getProperty(name);
        if (value == null || value.isBlank()) {
            throw MESSAGES.settingMissing(name);
        }
        return Path.of(value).toAbsolutePath().normalize();
    }

    private static List<Path> more() {
        return Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(System.getProperty("medtune.more.folders", "")).filter(path -> !path.isBlank())
                .map(path -> Path.of(path.strip()).toAbsolutePath().normalize()).toList();
    }

    /** Where parameters of jobs may name models and datasets: also merged models, and answers that users have rated. */
    public InputFolders inputs() {
        return new InputFolders(Stream.concat(
                Stream.of(modelsFolder, dataFolder, exports(), feedback()), moreFolders.stream()).toList());
    }

    /** Answers that users have rated, as datasets. */
    public Path feedback() {
        return folder.resolve("feedback");
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

    /** One folder an evaluation by the job {@code evaluate}. */
    public Path evaluations() {
        return folder.resolve("evaluations");
    }

    /**
     * Where an evaluation by the job {@code evaluate} is. The name has the time of its start in UTC, as a new job
     * repository counts from 1 again.
     */
    public EvaluationFolder evaluation(RunKey run) {
        return new EvaluationFolder(
                evaluations().resolve("evaluate-" + run.instanceId() + "-" + SECONDS.format(run.created())));
    }

    /** What an execution of the job {@code purge} has found and done. */
    public JsonFile<PurgeReport> purgeReport(long executionId) {
        return new JsonFile<>(folder.resolve("purges").resolve("purge-" + executionId + ".json"), PurgeReport.class);
    }

    /** Users, of the application and of the server's console, and tokens. */
    public Path users() {
        return folder.resolve("users");
    }

    /** The audit log of the server of this name, which is empty where a site has one server only. */
    public Path audit(String server) {
        return folder.resolve(server.isEmpty() ? "audit" : "audit-" + server);
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
