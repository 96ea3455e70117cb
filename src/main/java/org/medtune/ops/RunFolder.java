package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.medtune.RecoverableException;

/**
 * The files of one run: {@code run.json}, the tokenised {@code dataset/}, {@code checkpoints/}, {@code metrics.jsonl},
 * {@code tensorboard/}, {@code evaluation.json} and {@code report.json}.
 *
 * @param path the folder
 */
public record RunFolder(Path path) {

    /**
     * The run's folder, made if it is not there yet, with {@code run.json} brought up to date. A folder of that name
     * which belongs to another run is kept under another name.
     *
     * @throws RecoverableException if the file system refuses
     */
    public static RunFolder prepare(MedtuneHome home, RunKey key, Map<String, String> parameters) {
        Path path = home.runs().resolve(key.folderName());
        RunFolder folder = new RunFolder(path);
        try {
            if (Files.exists(path) && !folder.belongsTo(key)) {
                Path aside = freeName(path);
                Files.move(path, aside);
                MESSAGES.runFolderMovedAside(path, aside);
            }
            Files.createDirectories(folder.checkpoints());
            folder.description().write(new RunDescription(key.instanceId(), key.created().toString(), parameters));
        } catch (IOException e) {
            throw MESSAGES.runFolderUnusable(path, e.toString(), e);
        }
        return folder;
    }

    /** The folder of a run that has been prepared, or nothing. */
    public static Optional<RunFolder> find(MedtuneHome home, RunKey key) {
        RunFolder folder = new RunFolder(home.runs().resolve(key.folderName()));
        return Optional.of(folder).filter(found -> found.belongsTo(key));
    }

    /** The dataset as token ids, with the rows that could not be used. */
    public Path dataset() {
        return path.resolve("dataset");
    }

    /** Adapter, optimizer and position, one folder a checkpoint. */
    public Path checkpoints() {
        return path.resolve("checkpoints");
    }

    /** How many checkpoints there are. */
    int numberOfCheckpoints() {
        try (Stream<Path> children = Files.list(checkpoints())) {
            return (int) children.count();
        } catch (IOException e) {
            throw MESSAGES.runFolderUnusable(checkpoints(), e.toString(), e);
        }
    }

    /** One line a step. */
    public MetricsLog metrics() {
        return new MetricsLog(path.resolve("metrics.jsonl"));
    }

    /** The same figures as {@link #metrics()} in files that TensorBoard shows. */
    Path tensorBoard() {
        return path.resolve("tensorboard");
    }

    /** What the evaluation found, before the adapter is published. */
    public JsonFile<RunEvaluation> evaluation() {
        return new JsonFile<>(path.resolve("evaluation.json"), RunEvaluation.class);
    }

    /** What came of it. */
    public JsonFile<JsonNode> report() {
        return new JsonFile<>(path.resolve("report.json"), JsonNode.class);
    }

    private JsonFile<RunDescription> description() {
        return new JsonFile<>(path.resolve("run.json"), RunDescription.class);
    }

    private boolean belongsTo(RunKey key) {
        try {
            return description().read().filter(description -> description.belongsTo(key)).isPresent();
        } catch (IOException e) {
            MESSAGES.runDescriptionUnreadable(path, e);
            return false;
        }
    }

    private static Path freeName(Path path) {
        int number = 1;
        while (Files.exists(path.resolveSibling(path.getFileName() + ".earlier-" + number))) {
            number++;
        }
        return path.resolveSibling(path.getFileName() + ".earlier-" + number);
    }
}
