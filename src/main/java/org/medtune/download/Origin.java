package org.medtune.download;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a folder was fetched from, which is written into it.
 *
 * @param source     name of the hub
 * @param address    where the hub was
 * @param kind       what the repository holds
 * @param repository its name
 * @param revision   that was asked for
 * @param commit     that the revision stood for, where the hub told
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Origin(String source, String address, RepositoryKind kind, String repository, String revision,
                     String commit) {

    private static final int SHORT_COMMIT = 12;

    /** Name of the file, the same while a download goes on. */
    public static final String FILE = "medtune-download.json";

    /** The origin of a folder, or nothing where it was not fetched or its file cannot be read. */
    public static Optional<Origin> of(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(new JsonMapper().readValue(file.toFile(), DownloadState.Form.class).origin());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** In one line: hub, repository, and as much of the commit as tells it from others. */
    public String text() {
        String version = commit == null ? revision : commit;
        return source + " " + repository + "@" + version.substring(0, Math.min(SHORT_COMMIT, version.length()));
    }

    boolean sameRepository(Origin other) {
        return source.equals(other.source) && kind == other.kind && repository.equals(other.repository);
    }
}
