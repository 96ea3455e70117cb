package org.medtune.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.medtune.dataset.FileDigest;

/**
 * The files of a folder with size and SHA-256, written last. A folder that does not match its manifest is damaged.
 *
 * @param files by name
 */
public record Manifest(List<Entry> files) {

    /** The name of the manifest's own file. */
    public static final String FILE = "manifest.json";

    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** Refuses an absent list and absent entries: a damaged manifest may be well-formed JSON all the same. */
    public Manifest {
        files = List.copyOf(files);
    }

    /**
     * One file.
     *
     * @param bytes its size
     * @param sha256 its digest in hexadecimal
     */
    public record Entry(String name, long bytes, String sha256) {

        /** Refuses a name that no file can have. */
        public Entry {
            Path.of(name);
        }
    }

    /** Describes the files that lie in a folder. */
    static Manifest of(Path folder) throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                entries.add(new Entry(file.getFileName().toString(), Files.size(file), FileDigest.sha256(file)));
            }
        }
        return new Manifest(entries);
    }

    void write(Path folder) throws IOException {
        MAPPER.writeValue(folder.resolve(FILE).toFile(), this);
    }

    /** What is wrong with a folder; empty when it is intact. */
    static Optional<String> damageOf(Path folder) {
        return damageOf(folder, name -> true);
    }

    /**
     * What is wrong with some of a folder's files; empty when these are intact. They are read whole.
     *
     * @param wanted which of the files that the manifest describes are looked at
     */
    public static Optional<String> damageOf(Path folder, Predicate<String> wanted) {
        try {
            Path file = folder.resolve(FILE);
            if (!Files.isRegularFile(file)) {
                return Optional.of("it has no " + FILE);
            }
            Manifest manifest = MAPPER.readValue(file.toFile(), Manifest.class);
            if (manifest == null || manifest.files().isEmpty()) {
                return Optional.of(FILE + " describes no files");
            }
            for (Entry entry : manifest.files().stream().filter(each -> wanted.test(each.name())).toList()) {
                Path described = folder.resolve(entry.name());
                if (!Files.isRegularFile(described)) {
                    return Optional.of(entry.name() + " is missing");
                }
                if (Files.size(described) != entry.bytes()) {
                    return Optional.of(entry.name() + " has " + Files.size(described) + " bytes instead of "
                            + entry.bytes());
                }
                if (!FileDigest.sha256(described).equals(entry.sha256())) {
                    return Optional.of(entry.name() + " has another content than was written");
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("it cannot be read (" + e.getMessage() + ")");
        }
    }
}
