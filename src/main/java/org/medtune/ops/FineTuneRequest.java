package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;
import static org.medtune.ops.FineTuneParameter.DATASET_FILE;
import static org.medtune.ops.FineTuneParameter.INIT_LORA_WEIGHTS;
import static org.medtune.ops.FineTuneParameter.LOAD_IN_4BIT;
import static org.medtune.ops.FineTuneParameter.MODEL_FOLDER;
import static org.medtune.ops.FineTuneParameter.PRECISION;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.medtune.InvalidInputException;
import org.medtune.RecoverableException;
import org.medtune.adapter.AdapterLayout;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.model.ModelConfiguration;
import org.medtune.model.ModelFolder;
import org.medtune.model.Quantization;
import org.medtune.tensor.ComputeDevice;
import org.medtune.training.CheckpointStore;

/**
 * What an operator asked for, after everything that can be checked without loading a model: the parameters, and the
 * files that they name. Of the model's files the headers are read, so that a missing or damaged one is found here.
 *
 * @param parameters  every parameter
 * @param modelFolder the folder of a model that can be loaded, all of its tensors accounted for
 * @param datasetFile an existing, readable file; in a run whose dataset has been formatted it may be gone
 */
public record FineTuneRequest(FineTuneParameters parameters, Path modelFolder, Path datasetFile) {

    /**
     * Checks parameters, files and the output folder together.
     *
     * @throws InvalidInputException listing everything that has to change
     */
    public static FineTuneRequest of(MedtuneHome home, Map<String, String> texts) {
        Problems problems = new Problems();
        FineTuneRequest request = read(home, texts, problems);
        problems.throwIfAny();
        return request;
    }

    /** Reads what can be read and tells {@code problems} the rest. */
    static FineTuneRequest read(MedtuneHome home, Map<String, String> texts, Problems problems) {
        FineTuneParameters parameters = FineTuneParameters.read(texts, problems);
        Path model = parameters.has(MODEL_FOLDER)
                ? problems.check(() -> modelFolder(home, parameters.text(MODEL_FOLDER))).orElse(null) : null;
        Path dataset = parameters.has(DATASET_FILE)
                ? problems.check(() -> datasetFile(home, parameters.text(DATASET_FILE))).orElse(null) : null;
        return checked(home, parameters, model, dataset, problems);
    }

    /**
     * Checks the same of a run that goes on, and that nothing has changed that would make another adapter.
     *
     * @param run the run's folder; one in which nothing has begun yet is as none
     * @throws InvalidInputException listing everything that has to change
     * @throws RecoverableException  if files have to be put back, or be made readable or writable again, and no more
     */
    public static FineTuneRequest ofRun(MedtuneHome home, Map<String, String> texts, RunFolder run) {
        Optional<RunBeginning> begun = run.beginning();
        if (begun.isEmpty()) {
            return of(home, texts);
        }
        RunBeginning beginning = begun.get();
        Problems problems = new Problems();
        FineTuneParameters parameters = FineTuneParameters.read(texts, problems);
        beginning.checkParameters(parameters, texts, problems);
        run.evaluatedWith().ifPresent(
                evaluated -> RunBeginning.checkEvaluated(evaluated, parameters, texts, problems));
        Path model = parameters.has(MODEL_FOLDER)
                ? problems.check(() -> modelFolder(home, parameters, beginning)).orElse(null) : null;
        Path dataset = parameters.has(DATASET_FILE)
                ? problems.check(() -> datasetFile(home, parameters, beginning, run)).orElse(null) : null;
        FineTuneRequest request = checked(home, parameters, model, dataset, problems);
        problems.throwIfAny();
        return request;
    }

    private static FineTuneRequest checked(
            MedtuneHome home, FineTuneParameters parameters, Path model, Path dataset, Problems problems) {
        FineTuneRequest request = new FineTuneRequest(parameters, model, dataset);
        checkWords(parameters, model, problems);
        boolean devicesAreThere = parameters.has(FineTuneParameter.DEVICE)
                && problems.check(() -> devices(parameters)).isPresent();
        if (devicesAreThere && parameters.has(PRECISION, LOAD_IN_4BIT, INIT_LORA_WEIGHTS)) {
            problems.check(request::quantizationOfLoftQ);
        }
        problems.check(() -> writable(home.runs()));
        problems.check(() -> writable(home.adapters()));
        return request;
    }

    /** LoftQ has nothing to make up for where nothing is quantised. */
    private Quantization quantizationOfLoftQ() {
        ModelChoice choice = ModelChoice.of(this);
        if (new FineTuneRecipe(parameters).beginsWithLoftQ() && choice.quantization() == Quantization.NONE) {
            throw MESSAGES.loftQWithoutQuantization(
                    parameters.text(LOAD_IN_4BIT), choice.device().deviceName());
        }
        return choice.quantization();
    }

    /**
     * The devices to train on.
     *
     * @throws InvalidInputException if one is not there any more
     */
    public List<ComputeDevice> devices() {
        return devices(parameters);
    }

    /**
     * Makes sure that the checkpoints that a run has still to write will find room.
     *
     * @throws RecoverableException if the disk has less
     */
    public void checkRoomForCheckpoints(RunFolder folder) {
        FineTuneRecipe recipe = new FineTuneRecipe(parameters);
        ModelConfiguration model = ModelFolder.open(modelFolder).configuration();
        long trained = new AdapterLayout(model, recipe.lora()).size();
        // where the steps follow from epochs, their number is known only when the rows have been read
        double steps = parameters.givenSteps().orElse(1);
        long all = (long) Math.ceil(steps / parameters.integer(FineTuneParameter.SAVE_STEPS));
        int limit = parameters.integer(FineTuneParameter.SAVE_TOTAL_LIMIT);
        // the oldest one goes only when the newest has come, and the last that is known to be good stays until then
        long kept = limit == 0 ? all : Math.min(all, Math.max(limit, 2) + 1L);
        long left = Math.max(1, kept - folder.numberOfCheckpoints());
        checkFreeSpace(folder.path(),
                left * CheckpointStore.bytes(trained, recipe.writtenParameters(model), recipe.moments()));
    }

    static void checkFreeSpace(Path folder, long bytes) {
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            if (free < bytes) {
                throw MESSAGES.diskTooFull(folder, bytes, free);
            }
        } catch (IOException e) {
            throw MESSAGES.runFolderUnusable(folder, e.toString(), e);
        }
    }

    /** Names that only the rooms below know: modules, templates, fields. */
    private static void checkWords(FineTuneParameters parameters, Path model, Problems problems) {
        if (parameters.has(FineTuneParameter.values())) {
            FineTuneRecipe recipe = new FineTuneRecipe(parameters);
            problems.check(() -> lora(recipe, model));
            problems.check(recipe::promptTemplate);
            problems.check(recipe::fieldNames);
        }
    }

    private static LoraConfiguration lora(FineTuneRecipe recipe, Path model) {
        LoraConfiguration lora = recipe.lora();
        if (model != null) {
            lora.requireUsedPatterns(ModelFolder.open(model).configuration().layers());
        }
        return lora;
    }

    static void checkWorkForAll(List<ComputeDevice> devices, int microBatches) {
        if (devices.size() > microBatches) {
            throw MESSAGES.moreDevicesThanMicroBatches(devices.size(), microBatches);
        }
    }

    private static List<ComputeDevice> devices(FineTuneParameters parameters) {
        List<ComputeDevice> devices = ComputeDevice.allNamed(parameters.text(FineTuneParameter.DEVICE));
        if (parameters.has(FineTuneParameter.GRADIENT_ACCUMULATION_STEPS)) {
            checkWorkForAll(devices, parameters.integer(FineTuneParameter.GRADIENT_ACCUMULATION_STEPS));
        }
        boolean bfloat16 = parameters.has(PRECISION)
                && parameters.text(PRECISION).equals("bf16");
        if (bfloat16) {
            devices.stream().filter(device -> !device.computesBfloat16()).findFirst().ifPresent(old -> {
                throw MESSAGES.noBfloat16(old.description());
            });
        }
        return devices;
    }

    /** A model that was there when the run began can be put back; another name may be wrong. */
    private static Path modelFolder(MedtuneHome home, FineTuneParameters parameters, RunBeginning beginning) {
        try {
            return modelFolder(home, parameters.text(MODEL_FOLDER));
        } catch (InvalidInputException e) {
            Path folder = home.model(parameters.text(MODEL_FOLDER));
            throw beginning.sameModel(parameters)
                    ? MESSAGES.modelVanished(folder, Files.isDirectory(folder) ? e.getMessage() : "it is gone") : e;
        }
    }

    private static Path datasetFile(
            MedtuneHome home, FineTuneParameters parameters, RunBeginning beginning, RunFolder run) {
        String given = parameters.text(DATASET_FILE);
        if (beginning.sameDataset(parameters) && run.formatted()) {
            return home.dataset(given);
        }
        try {
            return datasetFile(home, given);
        } catch (InvalidInputException e) {
            throw beginning.sameDataset(parameters) && !Files.exists(home.dataset(given))
                    ? MESSAGES.datasetVanished(home.dataset(given), "it is gone") : e;
        }
    }

    private static Path modelFolder(MedtuneHome home, String given) {
        Path folder;
        try {
            folder = home.inputs().require(MODEL_FOLDER.key(), given, home.model(given));
        } catch (InvalidPathException e) {
            throw MESSAGES.modelFolderMissing(given, given, home.modelsFolder());
        }
        if (!Files.isDirectory(folder)) {
            throw MESSAGES.modelFolderMissing(given, folder.toString(), home.modelsFolder());
        }
        return ModelFolder.open(folder).path();
    }

    private static Path datasetFile(MedtuneHome home, String given) {
        Path file;
        try {
            file = home.inputs().require(DATASET_FILE.key(), given, home.dataset(given));
        } catch (InvalidPathException e) {
            throw MESSAGES.datasetFileMissing(given, given, home.dataFolder());
        }
        if (!Files.isRegularFile(file)) {
            throw MESSAGES.datasetFileMissing(given, file.toString(), home.dataFolder());
        }
        if (!Files.isReadable(file)) {
            throw MESSAGES.datasetUnreadable(file);
        }
        return file;
    }

    private static Path writable(Path folder) {
        try {
            // permissions, quotas and read-only mounts all show in the attempt, and only there
            Files.delete(Files.createTempFile(Files.createDirectories(folder), ".writable", null));
            return folder;
        } catch (IOException e) {
            throw MESSAGES.folderNotWritable(folder, e.toString());
        }
    }
}
