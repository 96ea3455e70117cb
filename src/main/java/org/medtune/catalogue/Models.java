package org.medtune.catalogue;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.medtune.InvalidInputException;
import org.medtune.MedtuneException;
import org.medtune.NotFoundException;
import org.medtune.download.Origin;
import org.medtune.download.RepositoryDownload;
import org.medtune.model.ModelConfiguration;
import org.medtune.model.ModelFolder;
import org.medtune.model.Tokenizer;
import org.medtune.ops.MedtuneHome;

/**
 * The base models of a site: folders below the models' folder. A link there is followed, since only somebody with an
 * account on the host can have put it there, and large models often lie on another disk. Safe for use by several
 * threads.
 */
public final class Models implements AutoCloseable {

    private static final JsonMapper MAPPER = new JsonMapper();

    private final RootFolder root;
    private final Examinations<Examination> examinations = new Examinations<>(Models::examine);

    /** What takes long: every weight file is opened, and the tokenizer is made. */
    private record Examination(String fingerprint, String problem) {
    }

    public Models(MedtuneHome home) {
        this.root = new RootFolder(home.modelsFolder());
    }

    /** All of them by name, downloads that are not complete at the end. */
    public List<ModelEntry> list() {
        examinations.forgetMissing();
        return Stream.concat(folders().filter(folder -> RootFolder.isName(name(folder))).map(this::entry),
                        folders().filter(folder -> name(folder).startsWith(RepositoryDownload.UNFINISHED))
                                .map(Models::unfinished))
                .toList();
    }

    /**
     * One of them.
     *
     * @throws NotFoundException if there is none of that name
     */
    public ModelEntry find(String name) {
        return entry(folder(name));
    }

    /**
     * The folder of one of them.
     *
     * @throws NotFoundException if there is none of that name
     */
    public Path folder(String name) {
        if (RootFolder.isName(name) && Files.isDirectory(root.path().resolve(name))) {
            return root.path().resolve(name);
        }
        throw MESSAGES.noSuchModel(name);
    }

    private Stream<Path> folders() {
        if (!Files.isDirectory(root.path())) {
            return Stream.empty();
        }
        try (Stream<Path> children = Files.list(root.path())) {
            return children.filter(Files::isDirectory).sorted(Comparator.comparing(Models::name)).toList().stream();
        } catch (IOException e) {
            throw MESSAGES.cannotRead(root.path(), e.toString(), e);
        }
    }

    private ModelEntry entry(Path folder) {
        long bytes = FolderSize.of(folder);
        Instant modified = FolderSize.modified(folder);
        String origin = Origin.of(folder).map(Origin::text).orElse(null);
        String tokenizer = tokenizerClass(folder);
        try {
            ModelFolder model = ModelFolder.open(folder);
            ModelConfiguration configuration = model.configuration();
            long parameters = model.tensors().values().stream()
                    .mapToLong(tensor -> Arrays.stream(tensor.shape()).reduce(1, (one, other) -> one * other)).sum();
            List<String> types = model.tensors().values().stream().map(tensor -> tensor.type().safetensorsName())
                    .distinct().sorted().toList();
            Optional<Examination> known = examinations.now(folder.resolve("config.json"));
            String problem = known.map(Examination::problem).orElse(null);
            return new ModelEntry(name(folder), bytes, modified, configuration.modelType(), parameters, types,
                    configuration.layers(), configuration.maxPositionEmbeddings(), configuration.vocabularySize(),
                    tokenizer, known.map(Examination::fingerprint).orElse(null), origin, problem == null, problem);
        } catch (InvalidInputException e) {
            return new ModelEntry(name(folder), bytes, modified, null, null, List.of(), null, null, null, tokenizer,
                    null, origin, false, e.getMessage());
        }
    }

    private static ModelEntry unfinished(Path folder) {
        String name = name(folder).substring(RepositoryDownload.UNFINISHED.length());
        return new ModelEntry(name, FolderSize.of(folder), FolderSize.modified(folder), null, null, List.of(), null,
                null, null, null, null, Origin.of(folder).map(Origin::text).orElse(null), false,
                MESSAGES.downloadNotComplete(name));
    }

    private static Examination examine(Path configuration) {
        Path folder = configuration.getParent();
        String fingerprint = ModelFolder.open(folder).fingerprint();
        try (Tokenizer tokenizer = Tokenizer.open(folder)) {
            return new Examination(fingerprint, null);
        } catch (MedtuneException e) {
            return new Examination(fingerprint, e.getMessage());
        }
    }

    private static String tokenizerClass(Path folder) {
        try {
            String name = MAPPER.readTree(folder.resolve("tokenizer_config.json").toFile()).path("tokenizer_class")
                    .asText("");
            return name.isEmpty() ? null : name;
        } catch (IOException e) {
            return null;
        }
    }

    private static String name(Path folder) {
        return folder.getFileName().toString();
    }

    @Override
    public void close() {
        examinations.close();
    }
}
