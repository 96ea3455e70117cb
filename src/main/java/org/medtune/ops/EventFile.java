package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.medtune.RecoverableException;

/**
 * The metrics of a run for TensorBoard: a file of records (length, its checksum, an {@code Event} in Protocol Buffers'
 * encoding, its checksum), as {@code tensorflow/core/util/event.proto} and TensorFlow's record format say. Every start
 * or restart begins a file of its own, whose session mark makes TensorBoard forget the steps that are about to be
 * repeated. For one thread.
 */
final class EventFile {

    // numbers of fields in event.proto and summary.proto
    private static final int EVENT_WALL_TIME = 1;
    private static final int EVENT_STEP = 2;
    private static final int EVENT_FILE_VERSION = 3;
    private static final int EVENT_SUMMARY = 5;
    private static final int EVENT_SESSION_LOG = 7;
    private static final int SUMMARY_VALUE = 1;
    private static final int VALUE_TAG = 1;
    private static final int VALUE_SIMPLE_VALUE = 2;
    private static final int SESSION_LOG_STATUS = 1;
    private static final int SESSION_LOG_START = 1;

    /** TensorFlow masks checksums, since a checksum over bytes that hold checksums would be a weak one. */
    private static final int MASK_DELTA = 0xa282ead8;

    private final Path file;

    private EventFile(Path file) {
        this.file = file;
    }

    /**
     * Begins a file.
     *
     * @param folder   made if it is not there; what TensorBoard is given as {@code --logdir}
     * @param nextStep the first step that will be written; what earlier files say of it and later ones is void
     * @param now      of the session mark
     * @throws RecoverableException if the file system refuses
     */
    static EventFile begin(Path folder, int nextStep, Instant now) {
        try {
            Files.createDirectories(folder);
            // TensorBoard reads the files of a folder in the order of their names
            int number = 1;
            Path path = path(folder, now, number);
            while (Files.exists(path)) {
                path = path(folder, now, ++number);
            }
            EventFile begun = new EventFile(path);
            begun.append(event(now, 0, EVENT_FILE_VERSION, "brain.Event:2".getBytes(StandardCharsets.US_ASCII)));
            begun.append(event(now, nextStep, EVENT_SESSION_LOG, sessionStart()));
            return begun;
        } catch (IOException e) {
            throw MESSAGES.runFolderUnusable(folder, e.toString(), e);
        }
    }

    /**
     * Adds a step.
     *
     * @throws RecoverableException if the file system refuses
     */
    void append(StepMetrics metrics, Instant now) {
        Map<String, Double> values = new TreeMap<>(Map.of(
                "train/loss", metrics.loss(),
                "train/learning_rate", metrics.learningRate(),
                "train/grad_norm", metrics.gradientNorm(),
                "train/tokens_per_second", metrics.tokensPerSecond()));
        try {
            append(event(now, metrics.step(), EVENT_SUMMARY, summary(values)));
        } catch (IOException e) {
            throw MESSAGES.runFolderUnusable(file, e.toString(), e);
        }
    }

    private void append(byte[] event) throws IOException {
        Files.write(file, record(event), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static Path path(Path folder, Instant now, int number) {
        return folder.resolve(String.format(
                Locale.ROOT, "events.out.tfevents.%010d.medtune.%d", now.getEpochSecond(), number));
    }

    private static byte[] record(byte[] event) {
        byte[] length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(event.length).array();
        return ByteBuffer.allocate(Long.BYTES + 2 * Integer.BYTES + event.length).order(ByteOrder.LITTLE_ENDIAN)
                .put(length).putInt(maskedChecksum(length)).put(event).putInt(maskedChecksum(event)).array();
    }

    private static int maskedChecksum(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes);
        return Integer.rotateRight((int) checksum.getValue(), 15) + MASK_DELTA;
    }

    private static byte[] event(Instant now, long step, int field, byte[] content) throws IOException {
        return encode(out -> {
            out.writeDouble(EVENT_WALL_TIME, now.toEpochMilli() / 1000.0);
            // encoders leave out zeros
            if (step != 0) {
                out.writeInt64(EVENT_STEP, step);
            }
            out.writeByteArray(field, content);
        });
    }

    private static byte[] sessionStart() throws IOException {
        return encode(out -> out.writeEnum(SESSION_LOG_STATUS, SESSION_LOG_START));
    }

    private static byte[] summary(Map<String, Double> values) throws IOException {
        return encode(out -> {
            for (Map.Entry<String, Double> value : values.entrySet()) {
                out.writeByteArray(SUMMARY_VALUE, encode(inner -> {
                    inner.writeString(VALUE_TAG, value.getKey());
                    inner.writeFloat(VALUE_SIMPLE_VALUE, value.getValue().floatValue());
                }));
            }
        });
    }

    private static byte[] encode(Fields fields) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        fields.writeTo(out);
        out.flush();
        return bytes.toByteArray();
    }

    /** Writes the fields of a message. */
    private interface Fields {
        void writeTo(CodedOutputStream out) throws IOException;
    }
}
