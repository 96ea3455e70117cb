package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.medtune.RecoverableException;

/**
 * The metrics of every step so far, a JSON line each, in the order of steps. Lines are only ever appended, except that
 * a run which goes on from a checkpoint first cuts off the steps that it is about to repeat. A last line that a killed
 * server left unfinished is passed over. One run writes; anybody may read meanwhile.
 *
 * @param file made with the first line
 */
public record MetricsLog(Path file) {

    private static final ObjectReader READER = JsonFile.MAPPER.readerFor(StepMetrics.class);
    private static final ObjectWriter WRITER = JsonFile.MAPPER.writerFor(StepMetrics.class)
            .without(SerializationFeature.INDENT_OUTPUT);

    /**
     * Adds the line of the step that has just ended.
     *
     * @throws RecoverableException if the file system refuses
     */
    public void append(StepMetrics metrics) {
        try {
            Files.writeString(file, line(metrics), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw MESSAGES.runFolderUnusable(file, e.toString(), e);
        }
    }

    /**
     * Keeps the steps up to and with {@code step}; 0 keeps none.
     *
     * @throws RecoverableException if the file system refuses
     */
    public void cutAfter(int step) {
        Path shorter = file.resolveSibling("." + file.getFileName() + ".tmp");
        try {
            String kept = readAll().stream().filter(metrics -> metrics.step() <= step)
                    .map(MetricsLog::line).collect(Collectors.joining());
            Files.writeString(shorter, kept);
            Files.move(shorter, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw MESSAGES.runFolderUnusable(file, e.toString(), e);
        }
    }

    /**
     * Every step so far; empty where there is no file.
     *
     * @throws RecoverableException if the file cannot be read
     */
    public List<StepMetrics> readAll() {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            // a reader may meet half a character at the end, which readString would refuse
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            List<StepMetrics> steps = new ArrayList<>();
            for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
                steps.add(READER.readValue(line));
            }
            return List.copyOf(steps);
        } catch (IOException e) {
            throw MESSAGES.runFolderUnusable(file, e.toString(), e);
        }
    }

    /** The latest step, or nothing before the first. */
    public Optional<StepMetrics> last() {
        List<StepMetrics> steps = readAll();
        return steps.isEmpty() ? Optional.empty() : Optional.of(steps.get(steps.size() - 1));
    }

    private static String line(StepMetrics metrics) {
        try {
            return WRITER.writeValueAsString(metrics) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of numbers is always JSON", e);
        }
    }
}
