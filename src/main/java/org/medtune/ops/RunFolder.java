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
import org.medtune.dataset.TokenizedDatasetWriter;

/**
 * The files of one run: {@code run.json}, the tokenised {@code dataset/}, {@code checkpoints/}, {@code metrics.jsonl},
 * {@code tensorboard/}, {@code evaluation/} and {@code report.json}.
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
            folder.description().write(new RunDescription(key.instanceId(), key.created().toString(), parameters,
                    folder.beginning().orElse(null)));
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

    /**
     * Makes sure that a run goes on with the model and the dataset that it began with; that is so where none has begun.
     *
     * @throws org.medtune.InvalidInputException if others are asked for
     * @throws RecoverableException              if they are not what they were, or cannot be read
     */
    public void checkContents(FineTuneRequest request) {
        beginning().ifPresent(beginning -> beginning.checkContents(request, formatted()));
    }

    /**
     * Keeps what the run begins with, unless it has begun before.
     *
     * @param parameters what the operator gave
     * @throws RecoverableException if the file system refuses
     */
    public void begin(FineTuneRequest request, Map<String, String> parameters) {
        if (beginning().isPresent()) {
            return;
        }
        try {
            RunDescription now = description().read().orElseThrow();
            description().write(new RunDescription(now.instanceId(), now.created(), now.parameters(),
                    RunBeginning.of(request, parameters)));
        } catch (IOException e) {
            throw MESSAGES.runFolderUnusable(path, e.toString(), e);
        }
    }

    /** What the run began with, or nothing before its first start has been checked. */
    public Optional<RunBeginning> beginning() {
        try {
            return description().read().map(RunDescription::beginning);
        } catch (IOException e) {
            throw MESSAGES.runFolderUnusable(path, e.toString(), e);
        }
    }

    /** Whether the whole dataset has been read. */
    public boolean formatted() {
        return Files.isRegularFile(dataset().resolve(TokenizedDatasetWriter.SUMMARY_FILE));
    }

    /** What the operator had given when the run was evaluated, or nothing before that. */
    Optional<Map<String, String>> evaluatedWith() {
        if (!Files.isRegularFile(evaluation().path().resolve(EvaluationFolder.REPORT))) {
            return Optional.empty();
        }
        try {
            // of the latest start that was not refused: since the evaluation none that would change it was let in
            return description().read().map(RunDescription::parameters);
        } catch (IOException e) {
            throw MESSAGES.runFolderUnusable(path, e.toString(), e);
        }
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

    /** How the fine-tuned model compares with the base model. */
    public EvaluationFolder evaluation() {
        return new EvaluationFolder(path.resolve("evaluation"));
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
