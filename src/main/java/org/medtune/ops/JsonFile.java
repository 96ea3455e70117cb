package org.medtune.ops;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A value in a JSON file that is either whole or not there: it is written beside its place, forced to disk and moved.
 *
 * @param path where the file is
 * @param type what it holds
 */
public record JsonFile<T>(Path path, Class<T> type) {

    static final ObjectMapper MAPPER = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** The value, or nothing where there is no file. */
    public Optional<T> read() throws IOException {
        return Files.exists(path) ? Optional.of(MAPPER.readValue(path.toFile(), type)) : Optional.empty();
    }

    /** Puts the value in the place of whatever is there. */
    public void write(T value) throws IOException {
        Path temporary = path.resolveSibling("." + path.getFileName() + ".tmp");
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            OutputStream out = Channels.newOutputStream(channel);
            out.write(MAPPER.writeValueAsBytes(value));
            channel.force(true);
        }
        Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
