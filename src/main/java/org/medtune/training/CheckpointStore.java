package org.medtune.training;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.medtune.adapter.AdapterFolder;
import org.medtune.adapter.AdapterRecord;
import org.medtune.adapter.LoraAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.SafetensorsFile;
import org.medtune.model.SafetensorsWriter;
import org.medtune.tensor.Tensor;
import org.medtune.tensor.TensorScope;

/**
 * The checkpoints of one run: folders {@code checkpoint-<step>} with the adapter as PEFT writes it, the optimizer's
 * state, the history of steps, and the run's fingerprint. Each is there whole or not at all ({@link AtomicFolder}).
 */
public final class CheckpointStore {

    static final String OPTIMIZER_FILE = "optimizer.safetensors";
    static final String STATE_FILE = "trainer_state.json";
    private static final String PREFIX = "checkpoint-";

    /** Room for the small files of a checkpoint. */
    private static final long SMALL_FILES = 4L << 20;

    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Path folder;
    private final RunFingerprint fingerprint;
    private final String baseModel;
    private final AdapterRecord adapterRecord;

    /**
     * What {@link #STATE_FILE} holds.
     *
     * @param lossScaler null where the loss is not scaled
     */
    record State(int globalStep, RunFingerprint fingerprint, List<StepReport> logHistory,
            LossScaler.State lossScaler) {}

    /**
     * The checkpoints below a folder.
     *
     * @param baseModel where the base model is, recorded in the adapter
     * @param adapterRecord what is recorded beside the adapter; its step is set when a checkpoint is written
     */
    public CheckpointStore(Path folder, RunFingerprint fingerprint, String baseModel, AdapterRecord adapterRecord) {
        this.folder = folder;
        this.fingerprint = fingerprint;
        this.baseModel = baseModel;
        this.adapterRecord = adapterRecord;
    }

    /**
     * The bytes that a checkpoint takes at most.
     *
     * @param trained the number of parameters in training
     * @param written the number that the adapter's file holds
     */
    public static long bytes(long trained, long written, MomentStorage moments) {
        return (long) (written * Float.BYTES + trained * moments.bytesPerParameter()) + SMALL_FILES;
    }

    /**
     * Writes a checkpoint of a trainer after its last step; one that is there already is left as it is.
     *
     * @return the checkpoint's folder
     * @throws org.medtune.RecoverableException when the disk is too full, a file cannot be written, or the trainer's
     *     state is no finite numbers
     */
    public Path save(LoraTrainer trainer) {
        int step = trainer.stepsDone();
        Path target = folder.resolve(PREFIX + step);
        if (Files.isDirectory(target)) {
            if (Manifest.damageOf(target).isEmpty()) {
                return target;
            }
            setAside(target);
        }
        trainer.requireFinite();
        long bytes = bytes(trainer.adapter().layout().size(), trainer.adapter().writtenLayout().size(),
                trainer.configuration().adam().moments());
        AtomicFolder.create(target, bytes, temporary -> {
            AdapterFolder.write(temporary, trainer.adapter(), baseModel, adapterRecord.afterStep(step));
            SafetensorsWriter optimizer = new SafetensorsWriter();
            trainer.optimizer().state().forEach((name, tensor) ->
                    optimizer.add(name, tensor.type(), tensor.shape(), tensor.toBytes()));
            optimizer.write(temporary.resolve(OPTIMIZER_FILE));
            MAPPER.writeValue(temporary.resolve(STATE_FILE).toFile(),
                    new State(step, fingerprint, trainer.history(), trainer.lossScale().orElse(null)));
        });
        MESSAGES.checkpointWritten(target);
        return target;
    }

    /**
     * The newest checkpoint that is intact. Damaged ones are passed over, each with a warning.
     *
     * @throws org.medtune.InvalidInputException when it belongs to another run: the sentence names what differs
     */
    public Optional<Path> newestIntact() {
        for (Path checkpoint : newestFirst(folder)) {
            Optional<String> damage = Manifest.damageOf(checkpoint);
            if (damage.isPresent()) {
                MESSAGES.damagedCheckpoint(checkpoint, damage.get());
                continue;
            }
            List<String> differences = fingerprint.differencesFrom(state(checkpoint).fingerprint());
            if (!differences.isEmpty()) {
                throw MESSAGES.checkpointOfAnotherRun(checkpoint, String.join("; ", differences));
            }
            return Optional.of(checkpoint);
        }
        return Optional.empty();
    }

    /**
     * Removes the oldest checkpoints, down to a limit. The newest intact ones are kept, and with them whatever damaged
     * one lies between them: so the last intact one is never removed. One that cannot be removed stays, with a warning.
     *
     * @param limit how many intact ones to keep; 0 keeps all
     * @param inUse checkpoints that stay, however old they are
     */
    public void keepNewest(int limit, Predicate<Path> inUse) {
        if (limit == 0) {
            return;
        }
        int intact = 0;
        for (Path checkpoint : newestFirst(folder)) {
            if (intact < limit) {
                intact += Manifest.damageOf(checkpoint).isEmpty() ? 1 : 0;
            } else if (!inUse.test(checkpoint)) {
                remove(checkpoint, limit);
            }
        }
    }

    /** The step after which a checkpoint was made. */
    public static int step(Path checkpoint) {
        return Integer.parseInt(checkpoint.getFileName().toString().substring(PREFIX.length()));
    }

    /** The adapter in a checkpoint as it was in training, on the base that it trains on. The caller closes it. */
    public LoraAdapter loadAdapter(Path checkpoint, CausalLanguageModel model) {
        return AdapterFolder.open(checkpoint).loadForTraining(model);
    }

    /** Sets a trainer whose adapter came from {@link #loadAdapter} to where the checkpoint was made. */
    public void restore(Path checkpoint, LoraTrainer trainer) {
        State state = state(checkpoint);
        SafetensorsFile file = SafetensorsFile.open(checkpoint.resolve(OPTIMIZER_FILE));
        Map<String, Tensor> moments = trainer.optimizer().state();
        if (!moments.keySet().equals(file.entries().keySet())) {
            throw MESSAGES.optimizerStateOfAnotherKind(file.path(), file.entries().keySet().toString(),
                    moments.keySet().toString());
        }
        try (TensorScope work = trainer.newScope()) {
            moments.forEach((name, tensor) -> {
                SafetensorsFile.Entry entry = file.entries().get(name);
                work.call("assign", tensor, work.copyOf(
                        file.map(entry, 0, Math.toIntExact(entry.length())), entry.type(), entry.shape()));
            });
        }
        trainer.resumeAfter(state.logHistory(), Optional.ofNullable(state.lossScaler()));
        MESSAGES.resumedFrom(checkpoint, state.globalStep());
    }

    /**
     * The step of the newest intact checkpoint below a folder, whichever run it belongs to; says nothing of damaged
     * ones.
     *
     * @throws org.medtune.RecoverableException when the folder cannot be read
     */
    public static OptionalInt newestIntactStep(Path folder) {
        return newestFirst(folder).stream().filter(checkpoint -> Manifest.damageOf(checkpoint).isEmpty())
                .mapToInt(CheckpointStore::step).findFirst();
    }

    /** Where the checkpoint of a step is, or would be. */
    public static Path ofStep(Path folder, int step) {
        return folder.resolve(PREFIX + step);
    }

    /**
     * The steps of all checkpoints below a folder, damaged ones too, the newest first.
     *
     * @throws org.medtune.RecoverableException when the folder cannot be read
     */
    public static List<Integer> steps(Path folder) {
        return newestFirst(folder).stream().map(CheckpointStore::step).toList();
    }

    /** What is wrong with a checkpoint, every file of which is read; nothing when it is intact. */
    public static Optional<String> damageOf(Path checkpoint) {
        return Manifest.damageOf(checkpoint);
    }

    private static List<Path> newestFirst(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.filter(path -> path.getFileName().toString().matches(PREFIX + "\\d{1,9}"))
                    .sorted(Comparator.comparingInt(CheckpointStore::step).reversed())
                    .toList();
        } catch (IOException e) {
            throw MESSAGES.cannotRead(folder, e.toString(), e);
        }
    }

    private static State state(Path checkpoint) {
        try {
            return MAPPER.readValue(checkpoint.resolve(STATE_FILE).toFile(), State.class);
        } catch (IOException e) {
            throw MESSAGES.cannotRead(checkpoint.resolve(STATE_FILE), e.toString(), e);
        }
    }

    private static void remove(Path checkpoint, int limit) {
        try {
            AtomicFolder.delete(checkpoint);
            MESSAGES.checkpointRemoved(checkpoint, limit);
        } catch (IOException e) {
            MESSAGES.checkpointNotRemoved(checkpoint, e);
        }
    }

    private static void setAside(Path damaged) {
        try {
            Files.move(damaged, damaged.resolveSibling(damaged.getFileName() + ".damaged-" + System.nanoTime()));
        } catch (IOException e) {
            throw MESSAGES.cannotWrite(damaged, e.toString(), e);
        }
    }
}
