package org.medtune.chat;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.medtune.InvalidInputException;
import org.medtune.MedtuneException;
import org.medtune.adapter.AdapterFolder;
import org.medtune.adapter.AdapterRecord;
import org.medtune.model.ModelFolder;
import org.medtune.ops.MedtuneHome;
import org.medtune.ops.PublishedAdapters;

/**
 * The adapters that can be chatted with on one base model: those published, and the checkpoints of runs. It looks at
 * the folders anew each time, so that what a run publishes is there at once; what a folder holds never changes, so it
 * is read once. Safe for use by many threads.
 */
final class AdapterCatalogue {

    private static final String CONFIGURATION = "adapter_config.json";
    private static final Pattern NAME = Pattern.compile("[\\p{Alnum}][\\p{Alnum}._-]*");
    private static final Pattern CHECKPOINT = Pattern.compile("(\\d{1,18}):(\\d{1,9})");
    private static final Pattern RUN_FOLDER = Pattern.compile("fine-tune-(\\d{1,18})");
    private static final Pattern CHECKPOINT_FOLDER = Pattern.compile("checkpoint-(\\d{1,9})");

    private final MedtuneHome home;
    private final ModelFolder base;
    private final String fingerprint;
    private final Map<Path, Seen> seen = new ConcurrentHashMap<>();

    /** What a folder was found to hold. */
    private record Seen(FileTime written, Optional<MedtuneException> problem) {}

    AdapterCatalogue(MedtuneHome home, ModelFolder base) {
        this.home = home;
        this.base = base;
        this.fingerprint = base.fingerprint();
    }

    /** Published ones by name, then checkpoints, the newest run and its newest first. */
    List<ChatModel> models() {
        List<ChatModel> models = new ArrayList<>();
        for (String name : children(home.adapters(), NAME).map(AdapterCatalogue::name).sorted().toList()) {
            if (!name.equals(ResidentChatService.BASE) && usable(home.adapters().resolve(name))) {
                models.add(new ChatModel(name, ChatModel.Kind.ADAPTER));
            }
        }
        for (Path run : newestFirst(home.runs(), RUN_FOLDER)) {
            for (Path checkpoint : newestFirst(run.resolve("checkpoints"), CHECKPOINT_FOLDER)) {
                if (usable(checkpoint)) {
                    String id = number(run, RUN_FOLDER) + ":" + number(checkpoint, CHECKPOINT_FOLDER);
                    models.add(new ChatModel(id, ChatModel.Kind.CHECKPOINT));
                }
            }
        }
        return models;
    }

    /**
     * An adapter, opened to be looked at.
     *
     * @throws org.medtune.NotFoundException if there is none of that id
     * @throws InvalidInputException         if it does not fit the base model
     */
    AdapterFolder open(String id) {
        return checked(id, AdapterFolder.open(existing(id)));
    }

    /**
     * An adapter, opened to be loaded: all of its files have been read and compared with their manifest.
     *
     * @throws org.medtune.NotFoundException if there is none of that id
     * @throws InvalidInputException         if it does not fit the base model, or is damaged
     */
    AdapterFolder openToLoad(String id) {
        return checked(id, PublishedAdapters.open(existing(id)));
    }

    private Path existing(String id) {
        return folder(id).filter(path -> Files.isRegularFile(path.resolve(CONFIGURATION)))
                .orElseThrow(() -> MESSAGES.noSuchChatModel(id));
    }

    private AdapterFolder checked(String id, AdapterFolder adapter) {
        check(id, adapter);
        return adapter;
    }

    private void check(String id, AdapterFolder adapter) {
        AdapterRecord adapterRecord = adapter.adapterRecord();
        // one that does not say what it was trained on is taken if it fits
        if (!adapterRecord.baseModel().isEmpty() && !adapterRecord.baseModel().equals(fingerprint)) {
            throw MESSAGES.adapterOfAnotherModel(id, base.path());
        }
        adapter.check(base.configuration());
    }

    private Optional<Path> folder(String id) {
        Matcher checkpoint = CHECKPOINT.matcher(id);
        if (checkpoint.matches()) {
            return Optional.of(home.runs().resolve("fine-tune-" + checkpoint.group(1)).resolve("checkpoints")
                    .resolve("checkpoint-" + checkpoint.group(2)));
        }
        return NAME.matcher(id).matches() ? Optional.of(home.adapters().resolve(id)) : Optional.empty();
    }

    private boolean usable(Path folder) {
        try {
            FileTime written = Files.getLastModifiedTime(folder.resolve(CONFIGURATION));
            Seen before = seen.get(folder);
            if (before == null || !before.written().equals(written)) {
                before = new Seen(written, problem(folder));
                seen.put(folder, before);
                before.problem().ifPresent(problem -> MESSAGES.adapterLeftOut(folder, problem.getMessage()));
            }
            return before.problem().isEmpty();
        } catch (IOException e) {
            // no adapter, or one that has just been deleted
            return false;
        }
    }

    private Optional<MedtuneException> problem(Path folder) {
        try {
            check(name(folder), AdapterFolder.open(folder));
            return Optional.empty();
        } catch (MedtuneException e) {
            return Optional.of(e);
        }
    }

    private static List<Path> newestFirst(Path folder, Pattern name) {
        return children(folder, name)
                .sorted(Comparator.<Path>comparingLong(child -> number(child, name)).reversed())
                .toList();
    }

    private static Stream<Path> children(Path folder, Pattern name) {
        if (!Files.isDirectory(folder)) {
            return Stream.empty();
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.filter(child -> name.matcher(name(child)).matches()).toList().stream();
        } catch (IOException e) {
            throw MESSAGES.cannotRead(folder, e.toString(), e);
        }
    }

    private static long number(Path folder, Pattern pattern) {
        Matcher matcher = pattern.matcher(name(folder));
        if (!matcher.matches()) {
            throw new IllegalArgumentException(folder + " is not named " + pattern);
        }
        return Long.parseLong(matcher.group(1));
    }

    private static String name(Path folder) {
        return folder.getFileName().toString();
    }
}
