package org.medtune.catalogue;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.medtune.ConflictException;
import org.medtune.InvalidInputException;
import org.medtune.NotFoundException;
import org.medtune.RecoverableException;
import org.medtune.dataset.DatasetSchema;
import org.medtune.dataset.FieldNames;
import org.medtune.ops.MedtuneHome;

/**
 * Datasets that are sent to the server: each lies in a folder of its own until somebody keeps it, and is forgotten
 * after a day. Safe for use by several threads.
 */
public final class Uploads {

    private static final long DEFAULT_LIMIT_MEBIBYTES = 4096;
    private static final Duration FORGOTTEN_AFTER = Duration.ofDays(1);
    private static final long SPARE = 64L << 20;
    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final List<String> ENDINGS = List.of(".json", ".jsonl", ".csv", ".tsv", ".parquet");

    private final RootFolder data;
    private final Path folder;
    private final long limit;

    /**
     * @param limit the most bytes of one
     */
    public Uploads(MedtuneHome home, long limit) {
        this.data = new RootFolder(home.dataFolder());
        this.folder = home.folder().resolve("uploads");
        this.limit = limit;
    }

    /**
     * The most bytes of an upload, as MEDTUNE_UPLOAD_MIB of the environment, or the system property
     * {@code medtune.upload.mib}, which wins, says.
     *
     * @throws InvalidInputException if it is no number
     */
    public static long limitOfEnvironment() {
        String text = Optional.ofNullable(System.getProperty("medtune.upload.mib"))
                .or(() -> Optional.ofNullable(System.getenv("MEDTUNE_UPLOAD_MIB"))).map(String::strip)
                .filter(given -> !given.isEmpty()).orElse(Long.toString(DEFAULT_LIMIT_MEBIBYTES));
        if (!text.matches("[1-9]\\d{0,8}")) {
            throw MESSAGES.settingNotANumber("MEDTUNE_UPLOAD_MIB", text);
        }
        return Long.parseLong(text) << 20;
    }

    /** The most bytes of one. */
    public long limit() {
        return limit;
    }

    /**
     * Takes a dataset, and reads it once.
     *
     * @param name   that the dataset will have
     * @param length bytes that are announced, -1 if it is not known how many come
     * @param in     the content; is not closed
     * @throws InvalidInputException if the name is not allowed, or the content is too long or ends before its end
     * @throws ConflictException     if there is a dataset of that name
     * @throws RecoverableException  if the disk is too full, or does not take it
     */
    public Upload receive(String name, long length, InputStream in) {
        Path target = target(name);
        if (length > limit) {
            throw MESSAGES.uploadTooLong(limit >> 20);
        }
        try {
            removeForgotten();
            return take(target, length, in);
        } catch (IOException e) {
            throw MESSAGES.cannotWrite(folder, e.toString(), e);
        }
    }

    private Upload take(Path target, long length, InputStream in) throws IOException {
        String id = UUID.randomUUID().toString();
        Path file = folder.resolve(id).resolve(target.getFileName());
        boolean kept = false;
        try {
            create(file.getParent(), Math.max(length, 0));
            copy(in, file, length);
            kept = true;
        } finally {
            if (!kept) {
                delete(folder.resolve(id));
            }
        }
        MESSAGES.uploadReceived(target.getFileName().toString(), Files.size(file), id);
        return describe(id, file, Optional.empty());
    }

    /**
     * One of them, read by other fields if some are given.
     *
     * @throws NotFoundException if there is none of that id
     */
    public Upload find(String id, Optional<FieldNames> fields) {
        return describe(id, file(id), fields);
    }

    /**
     * The file of one of them.
     *
     * @throws NotFoundException if there is none of that id
     */
    public Path file(String id) {
        if (ID.matcher(id).matches() && Files.isDirectory(folder.resolve(id))) {
            try (Stream<Path> files = Files.list(folder.resolve(id))) {
                Optional<Path> file = files.findFirst();
                if (file.isPresent()) {
                    return file.get();
                }
            } catch (IOException e) {
                throw MESSAGES.cannotRead(folder.resolve(id), e.toString(), e);
            }
        }
        throw MESSAGES.noSuchUpload(id);
    }

    /**
     * Puts one among the datasets.
     *
     * @return the dataset's name
     * @throws NotFoundException if there is none of that id
     * @throws ConflictException if there is a dataset of its name
     */
    public String keep(String id) {
        Path file = file(id);
        String name = file.getFileName().toString();
        Path target = target(name);
        try {
            Files.createDirectories(data.path());
            move(file, target);
            delete(folder.resolve(id));
        } catch (FileAlreadyExistsException e) {
            throw MESSAGES.datasetExists(name);
        } catch (IOException e) {
            throw MESSAGES.cannotWrite(target, e.toString(), e);
        }
        MESSAGES.uploadKept(id, target);
        return name;
    }

    /**
     * Forgets one.
     *
     * @throws NotFoundException if there is none of that id
     */
    public void discard(String id) {
        file(id);
        try {
            delete(folder.resolve(id));
        } catch (IOException e) {
            throw MESSAGES.cannotWrite(folder.resolve(id), e.toString(), e);
        }
    }

    private Path target(String name) {
        Path target = data.place(name);
        if (ENDINGS.stream().noneMatch(name.toLowerCase(Locale.ROOT)::endsWith)) {
            throw MESSAGES.uploadOfUnknownEnding(name, String.join(", ", ENDINGS));
        }
        if (Files.exists(target) || RootFolder.isLink(target)) {
            throw MESSAGES.datasetExists(name);
        }
        return target;
    }

    private void create(Path upload, long bytes) throws IOException {
        Files.createDirectories(upload);
        long free = Files.getFileStore(upload).getUsableSpace();
        if (free < bytes + SPARE) {
            throw MESSAGES.uploadWithoutRoom((bytes + SPARE) >> 20, free >> 20);
        }
    }

    private void copy(InputStream in, Path file, long length) throws IOException {
        long bytes = 0;
        byte[] buffer = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
            for (int count = read(in, buffer, bytes); count >= 0; count = read(in, buffer, bytes)) {
                bytes += count;
                if (bytes > limit) {
                    throw MESSAGES.uploadTooLong(limit >> 20);
                }
                out.write(buffer, 0, count);
            }
        }
        if (length >= 0 && bytes != length) {
            throw MESSAGES.uploadIncomplete(bytes);
        }
    }

    /** Whoever sends may go away. */
    private static int read(InputStream in, byte[] buffer, long bytes) {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            throw MESSAGES.uploadIncomplete(bytes);
        }
    }

    /** Never replaces; the folders may be on different disks. */
    private static void move(Path file, Path target) throws IOException {
        if (Files.getFileStore(file).equals(Files.getFileStore(target.getParent()))) {
            // a link is made at once or not at all, and does not replace anything
            Files.createLink(target, file);
            Files.delete(file);
        } else {
            Path beside = target.resolveSibling("." + target.getFileName() + ".upload");
            Files.deleteIfExists(beside);
            Files.copy(file, beside);
            try {
                Files.createLink(target, beside);
            } finally {
                Files.deleteIfExists(beside);
            }
            Files.delete(file);
        }
    }

    private static Upload describe(String id, Path file, Optional<FieldNames> fields) {
        Optional<DatasetSchema> schema = Optional.empty();
        try {
            schema = Optional.of(DatasetSchema.of(file));
        } catch (InvalidInputException e) {
            // the examination says the same
        }
        DatasetExamination examination = fields.map(given -> DatasetExamination.of(file, given))
                .orElseGet(() -> DatasetExamination.of(file));
        try {
            return new Upload(id, file.getFileName().toString(), Files.size(file),
                    Files.getLastModifiedTime(file).toInstant(),
                    schema.map(found -> found.format().name()).orElse(null),
                    schema.map(DatasetSchema::columns).orElse(List.of()),
                    schema.flatMap(DatasetSchema::known).orElse(null), examination.fields(), examination.rows(),
                    examination.rejected(), examination.rejects(), examination.sha256(), examination.problem());
        } catch (IOException e) {
            throw MESSAGES.cannotRead(file, e.toString(), e);
        }
    }

    private void removeForgotten() throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        Instant forgotten = Instant.now().minus(FORGOTTEN_AFTER);
        List<Path> uploads;
        try (Stream<Path> children = Files.list(folder)) {
            uploads = children.toList();
        }
        for (Path upload : uploads) {
            if (Files.getLastModifiedTime(upload).toInstant().isBefore(forgotten)) {
                delete(upload);
            }
        }
    }

    private static void delete(Path upload) throws IOException {
        if (Files.isDirectory(upload)) {
            List<Path> files;
            try (Stream<Path> children = Files.list(upload)) {
                files = children.toList();
            }
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(upload);
    }
}
