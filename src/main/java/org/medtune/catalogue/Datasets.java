package org.medtune.catalogue;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.medtune.InvalidInputException;
import org.medtune.NotFoundException;
import org.medtune.RecoverableException;
import org.medtune.dataset.DatasetSchema;
import org.medtune.dataset.FieldNames;
import org.medtune.download.Origin;
import org.medtune.ops.MedtuneHome;

/** The datasets of a site: files below the data folder. Safe for use by several threads. */
public final class Datasets implements AutoCloseable {

    private static final List<String> ENDINGS = List.of(".json", ".jsonl", ".csv", ".tsv", ".parquet");
    private static final int MOST = 1_000;

    private final RootFolder root;
    private final Examinations<DatasetExamination> examinations = new Examinations<>(DatasetExamination::of);

    public Datasets(MedtuneHome home) {
        this.root = new RootFolder(home.dataFolder());
    }

    /** All of them by name; hidden files, and those that links lead out of the folder for, are left out. */
    public List<DatasetEntry> list() {
        examinations.forgetMissing();
        if (!Files.isDirectory(root.path())) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(root.path(), RootFolder.DEEPEST)) {
            return files.filter(this::isDataset).limit(MOST).map(this::entry)
                    .sorted(Comparator.comparing(DatasetEntry::name)).toList();
        } catch (IOException | UncheckedIOException e) {
            throw MESSAGES.cannotRead(root.path(), e.toString(), e);
        }
    }

    /**
     * One of them.
     *
     * @throws NotFoundException if there is none of that name
     */
    public DatasetEntry find(String name) {
        return entry(file(name));
    }

    /**
     * The file of one of them.
     *
     * @throws NotFoundException if there is none of that name
     */
    public Path file(String name) {
        return root.find(name).filter(this::isDataset).orElseThrow(() -> MESSAGES.noSuchDataset(name));
    }

    /**
     * Deletes one.
     *
     * @throws NotFoundException    if there is none of that name
     * @throws RecoverableException if it cannot be deleted
     */
    public void delete(String name) {
        Path file = file(name);
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw MESSAGES.datasetNotDeleted(name, e.toString(), e);
        }
        MESSAGES.datasetDeleted(file);
    }

    private boolean isDataset(Path file) {
        String name = root.path().relativize(file).toString().replace('\\', '/');
        String small = name.toLowerCase(Locale.ROOT);
        return ENDINGS.stream().anyMatch(small::endsWith) && !file.getFileName().toString().equals(Origin.FILE)
                && Stream.of(name.split("/")).allMatch(RootFolder::isName) && Files.isRegularFile(file)
                && root.holds(file);
    }

    private DatasetEntry entry(Path file) {
        String name = root.path().relativize(file).toString().replace('\\', '/');
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            Optional<DatasetExamination> known = examinations.now(file);
            Optional<DatasetSchema> schema = Optional.empty();
            String problem = known.map(DatasetExamination::problem).orElse(null);
            try {
                schema = Optional.of(DatasetSchema.of(file));
            } catch (InvalidInputException e) {
                problem = e.getMessage();
            }
            return new DatasetEntry(name, attributes.size(), attributes.lastModifiedTime().toInstant(),
                    schema.map(found -> found.format().name()).orElse(null),
                    schema.map(DatasetSchema::columns).orElse(List.of()),
                    schema.flatMap(DatasetSchema::known).orElse(null),
                    schema.flatMap(DatasetSchema::fields).orElse(null), known.isPresent(),
                    known.map(DatasetExamination::rows).orElse(null),
                    known.map(DatasetExamination::rejected).orElse(null),
                    known.map(DatasetExamination::rejects).orElse(List.of()),
                    known.map(DatasetExamination::sha256).orElse(null), origin(file), problem);
        } catch (IOException e) {
            throw MESSAGES.cannotRead(file, e.toString(), e);
        }
    }

    private String origin(Path file) {
        for (Path folder = file.getParent(); !folder.equals(root.path()); folder = folder.getParent()) {
            Optional<Origin> origin = Origin.of(folder);
            if (origin.isPresent()) {
                return origin.get().text();
            }
        }
        return null;
    }

    @Override
    public void close() {
        examinations.close();
    }

    /** The fields to read a file by: those given, where all are, or else those that their names tell. */
    static FieldNames fields(Path file, Optional<FieldNames> given) {
        return given.orElseGet(() -> DatasetSchema.of(file).requireFields(file));
    }
}
