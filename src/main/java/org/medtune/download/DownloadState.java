package org.medtune.download;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is known about a download's folder, in a file in it: which files were complete and checked, so that they are not
 * read again at a restart, and what the beginnings of others belong to. Safe for use by several threads.
 */
final class DownloadState {

    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Path file;
    private final Origin origin;
    private final Map<String, CheckedFile> checked = new TreeMap<>();
    private final Map<String, String> entityTags = new TreeMap<>();

    /** The file's form. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Form(Origin origin, List<CheckedFile> files, Map<String, String> entityTags) {
    }

    private DownloadState(Path file, Origin origin) {
        this.file = file;
        this.origin = origin;
    }

    /** Reads what an earlier execution has left; nothing, if it was of another repository or cannot be read. */
    static DownloadState open(Path folder, Origin origin) {
        DownloadState state = new DownloadState(folder.resolve(Origin.FILE), origin);
        if (Files.isRegularFile(state.file)) {
            try {
                Form form = MAPPER.readValue(state.file.toFile(), Form.class);
                if (form.origin() != null && form.origin().sameRepository(origin)) {
                    form.files().forEach(entry -> state.checked.put(entry.path(), entry));
                    state.entityTags.putAll(form.entityTags());
                }
            } catch (IOException | RuntimeException e) {
                // what is complete is only read once more
                state.checked.clear();
                state.entityTags.clear();
            }
        }
        return state;
    }

    /** Whether a file was found to be complete, and is still wanted as it was. */
    synchronized boolean isChecked(RepositoryFile wanted) {
        CheckedFile known = checked.get(wanted.path());
        return known != null && known.bytes() == wanted.bytes()
                && (wanted.digest().isEmpty() || wanted.digest().equals(Optional.ofNullable(known.digest())));
    }

    /** The tag of the content that the beginning of a file belongs to. */
    synchronized Optional<String> entityTag(String path) {
        return Optional.ofNullable(entityTags.get(path));
    }

    /** A file is begun anew. */
    synchronized void begin(String path, Optional<String> entityTag) throws IOException {
        entityTags.remove(path);
        entityTag.ifPresent(tag -> entityTags.put(path, tag));
        write();
    }

    /** A file is complete and was checked. */
    synchronized void complete(RepositoryFile done) throws IOException {
        entityTags.remove(done.path());
        checked.put(done.path(), new CheckedFile(done.path(), done.bytes(), done.digest().orElse(null)));
        write();
    }

    private void write() throws IOException {
        Path temporary = file.resolveSibling(Origin.FILE + ".tmp");
        MAPPER.writeValue(temporary.toFile(), new Form(origin, List.copyOf(checked.values()), entityTags));
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
