package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.medtune.ConflictException;
import org.medtune.NotFoundException;
import org.medtune.adapter.AdapterFolder;
import org.medtune.training.AtomicFolder;
import org.medtune.training.CheckpointStore;

/**
 * Puts copies of checkpoints among the published adapters. An adapter that is there already is never changed, and one
 * that is new is there whole or not at all.
 *
 * @param home where adapters are published
 */
public record AdapterPublication(MedtuneHome home) {

    /**
     * An adapter that was asked for.
     *
     * @param folder  where it is
     * @param step    of the checkpoint that it is
     * @param created false if it was there already
     */
    public record Published(Path folder, int step, boolean created) {
    }

    /**
     * Publishes under the first of NAME, NAME-2 and so on that is free, or already holds this very adapter.
     *
     * @param checkpoint an intact one
     * @param others     more files that the adapter's folder gets
     * @return the adapter's folder
     */
    Path publishAsFirstFree(String name, Path checkpoint, List<Path> others) throws IOException {
        Path target = home.adapters().resolve(name);
        for (int number = 2; Files.exists(target) && !PublishedAdapters.isOf(target, checkpoint); number++) {
            target = home.adapters().resolve(name + "-" + number);
        }
        publish(checkpoint, others, target);
        return target;
    }

    /**
     * Publishes a checkpoint of a run that is not at work.
     *
     * @param executionId an execution of the run, for messages
     * @param name        a value of {@code adapter.name}; empty for the name that the run itself gives
     * @param step        of the checkpoint; null for the newest intact one
     * @throws NotFoundException if there is no checkpoint of that step
     * @throws ConflictException if it is damaged, or the name is another adapter's
     * @throws org.medtune.RecoverableException if a file cannot be read or written
     */
    public Published publish(RunFolder run, RunKey key, long executionId, String name, Integer step) {
        Path checkpoint = checkpoint(run, executionId, step);
        AdapterFolder adapter = AdapterFolder.open(checkpoint);
        String given = (String) FineTuneParameter.ADAPTER_NAME.parse(name);
        Path target = home.adapters().resolve(given.isEmpty()
                ? defaultName(Path.of(adapter.baseModel()), key) : given);
        try {
            AtomicFolder.deleteRemains(home.adapters(), AtomicFolder.LONGEST_WRITING);
            if (Files.exists(target) && !PublishedAdapters.isOf(target, checkpoint)) {
                throw MESSAGES.adapterNameTaken(target.getFileName().toString());
            }
            boolean created = publish(checkpoint, List.of(), target);
            if (created) {
                MESSAGES.checkpointPublished(checkpoint.getFileName().toString(), key.instanceId(), target);
            }
            return new Published(target, CheckpointStore.step(checkpoint), created);
        } catch (IOException e) {
            throw MESSAGES.runFolderUnusable(target, e.toString(), e);
        }
    }

    /** The name of an adapter whose run was given none. */
    static String defaultName(Path modelFolder, RunKey run) {
        return modelFolder.getFileName() + "-run-" + run.instanceId();
    }

    private static Path checkpoint(RunFolder run, long executionId, Integer step) {
        if (step == null) {
            int newest = CheckpointStore.newestIntactStep(run.checkpoints())
                    .orElseThrow(() -> MESSAGES.noIntactCheckpoint(executionId));
            return CheckpointStore.ofStep(run.checkpoints(), newest);
        }
        Path checkpoint = CheckpointStore.ofStep(run.checkpoints(), step);
        if (!Files.isDirectory(checkpoint)) {
            throw MESSAGES.noCheckpointOfStep(executionId, step, CheckpointStore.steps(run.checkpoints()).stream()
                    .map(String::valueOf).collect(Collectors.joining(", ", "", "")));
        }
        CheckpointStore.damageOf(checkpoint).ifPresent(damage -> {
            throw MESSAGES.checkpointDamaged(checkpoint, damage);
        });
        return checkpoint;
    }

    private static boolean publish(Path checkpoint, List<Path> others, Path target) throws IOException {
        if (Files.exists(target)) {
            return false;
        }
        List<Path> files =
                Stream.concat(PublishedAdapters.FILES.stream().map(checkpoint::resolve), others.stream()).toList();
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.size(file);
        }
        AtomicFolder.create(target, bytes, temporary -> {
            for (Path file : files) {
                Files.copy(file, temporary.resolve(file.getFileName()));
            }
        });
        return true;
    }
}
