package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.medtune.RecoverableException;
import org.medtune.adapter.AdapterFolder;
import org.medtune.training.Manifest;

/**
 * The adapters that a site has published, each a folder with copies of three of a checkpoint's files.
 *
 * @param folder where they are
 */
public record PublishedAdapters(Path folder) {

    /** PEFT's two files and ours; a checkpoint's optimizer state stays where it is. */
    static final List<String> FILES = List.of("adapter_config.json", "adapter_model.safetensors", "medtune.json");

    /**
     * Opens an adapter or a checkpoint for being used, after its files have been compared with the manifest that was
     * written with them. A folder without a manifest is another program's, and is taken as it is.
     *
     * @throws org.medtune.InvalidInputException if it is damaged, or of a kind that cannot be computed faithfully
     */
    public static AdapterFolder open(Path adapter) {
        if (Files.exists(adapter.resolve(Manifest.FILE))) {
            Manifest.damageOf(adapter, FILES::contains).ifPresent(damage -> {
                throw MESSAGES.adapterDamaged(adapter, damage);
            });
        }
        return AdapterFolder.open(adapter);
    }

    /**
     * Whether a checkpoint has been published under any name.
     *
     * @throws RecoverableException if a file cannot be read
     */
    boolean contain(Path checkpoint) {
        try {
            for (Path adapter : all()) {
                if (isOf(adapter, checkpoint)) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw MESSAGES.runFolderUnusable(folder, e.toString(), e);
        }
    }

    /** Their folders, by name. */
    List<Path> all() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> adapters = Files.list(folder)) {
            return adapters.filter(Files::isDirectory).sorted().toList();
        }
    }

    /** Whether a published adapter is the very one of a checkpoint. */
    static boolean isOf(Path published, Path checkpoint) throws IOException {
        for (String file : FILES) {
            Path original = checkpoint.resolve(file);
            if (!Files.exists(published.resolve(file)) || !Files.exists(original)
                    || Files.mismatch(published.resolve(file), original) >= 0) {
                return false;
            }
        }
        return true;
    }
}
