package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;
import static org.medtune.ops.FineTuneParameter.DATASET_FILE;
import static org.medtune.ops.FineTuneParameter.MODEL_FOLDER;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.medtune.InvalidInputException;
import org.medtune.RecoverableException;
import org.medtune.dataset.FileDigest;
import org.medtune.model.ModelFolder;
import org.medtune.ops.FineTuneParameter.AtRestart;

/**
 * What a run began with, so that it goes on with the same: nothing that an operator gives at a restart is passed over,
 * and nothing that would make another adapter is taken.
 *
 * @param parameters what the operator gave
 * @param model      fingerprint of the base model
 * @param dataset    SHA-256 of the dataset, in hexadecimal
 */
public record RunBeginning(Map<String, String> parameters, String model, String dataset) {

    public RunBeginning {
        parameters = Map.copyOf(parameters);
    }

    /**
     * What a run that begins now begins with.
     *
     * @throws RecoverableException if a file cannot be read
     */
    static RunBeginning of(FineTuneRequest request, Map<String, String> parameters) {
        return new RunBeginning(parameters, ModelFolder.open(request.modelFolder()).fingerprint(),
                digest(request.datasetFile()));
    }

    /**
     * Tells {@code problems} every parameter that would make another adapter than the run began with.
     *
     * @param now   the parameters of the run that goes on
     * @param texts what they were read from
     */
    void checkParameters(FineTuneParameters now, Map<String, String> texts, Problems problems) {
        check(parameters, now, texts, AtRestart.FIXED, problems, MESSAGES::parameterFixed);
    }

    /**
     * Tells {@code problems} every parameter that the evaluation would have needed sooner.
     *
     * @param evaluated what the operator gave when the run was evaluated
     */
    static void checkEvaluated(
            Map<String, String> evaluated, FineTuneParameters now, Map<String, String> texts, Problems problems) {
        check(evaluated, now, texts, AtRestart.UNTIL_EVALUATED, problems, MESSAGES::parameterTooLate);
    }

    private static void check(Map<String, String> earlier, FineTuneParameters now, Map<String, String> texts,
            AtRestart kind, Problems problems, Refusal refusal) {
        FineTuneParameters before = FineTuneParameters.read(earlier, new Problems());
        for (FineTuneParameter parameter : FineTuneParameter.values()) {
            if (parameter.atRestart() == kind && before.has(parameter) && now.has(parameter)
                    && !before.values().get(parameter).equals(now.values().get(parameter))) {
                problems.add(refusal.of(parameter.key(), text(earlier, parameter), text(texts, parameter)));
            }
        }
    }

    /** The sentence for a parameter that had one value and has another. */
    @FunctionalInterface
    private interface Refusal {
        InvalidInputException of(String name, String before, String now);
    }

    /**
     * Makes sure that model and dataset are those that the run began with, wherever they are now.
     *
     * @param formatted whether the dataset has been read to its end, after which it is only looked at where it is said
     *                  to be another file
     * @throws InvalidInputException if the operator has named others
     * @throws RecoverableException  if they have changed where they are
     */
    void checkContents(FineTuneRequest now, boolean formatted) {
        if (!ModelFolder.open(now.modelFolder()).fingerprint().equals(model)) {
            String began = text(MODEL_FOLDER);
            String given = now.parameters().text(MODEL_FOLDER);
            throw began.equals(given) ? MESSAGES.modelVanished(now.modelFolder(), "other weights are in its place")
                    : MESSAGES.otherContent(MODEL_FOLDER.key(), began, given);
        }
        boolean sameDataset = sameDataset(now.parameters());
        if (!(sameDataset && formatted) && !digest(now.datasetFile()).equals(dataset)) {
            throw sameDataset ? MESSAGES.datasetVanished(now.datasetFile(), "its content has changed")
                    : MESSAGES.otherContent(
                            DATASET_FILE.key(), text(DATASET_FILE), now.parameters().text(DATASET_FILE));
        }
    }

    /** Whether the same model is asked for, by the same words. */
    boolean sameModel(FineTuneParameters now) {
        return text(MODEL_FOLDER).equals(now.text(MODEL_FOLDER));
    }

    /** Whether the same dataset is asked for, by the same words. */
    boolean sameDataset(FineTuneParameters now) {
        return text(DATASET_FILE).equals(now.text(DATASET_FILE));
    }

    private String text(FineTuneParameter parameter) {
        return text(parameters, parameter);
    }

    private static String text(Map<String, String> texts, FineTuneParameter parameter) {
        return texts.getOrDefault(parameter.key(), parameter.defaultText()).strip();
    }

    private static String digest(Path file) {
        try {
            return FileDigest.sha256(file);
        } catch (IOException e) {
            throw Files.exists(file) ? MESSAGES.datasetUnreadable(file)
                    : MESSAGES.runFolderUnusable(file, e.toString(), e);
        }
    }
}
