package org.medtune.tensor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Packs TorchScript text into an archive that libtorch loads as a module without parameters: a zip of stored entries
 * with the text under {@code code/}, two small pickles, and the format's version.
 *
 * <p>Source: {@code torch/csrc/jit/docs/serialization.md} of PyTorch; the pickle bytes follow Python's
 * {@code pickletools} names of the opcodes.
 */
final class TorchScriptArchive {

    private static final String ROOT = "kernels/";
    private static final byte[] EMPTY_TUPLE = {(byte) 0x80, 2, ')', '.'};

    private TorchScriptArchive() {}

    /**
     * Packs a module.
     *
     * @param moduleClass name of the class in {@code __torch__.py} that becomes the module
     * @param sources the TorchScript texts by path below {@code code/}
     */
    static byte[] pack(String moduleClass, Map<String, String> sources) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            store(zip, "data.pkl", pickledModule(moduleClass));
            for (Map.Entry<String, String> source : sources.entrySet()) {
                store(zip, "code/" + source.getKey(), source.getValue().getBytes(StandardCharsets.UTF_8));
            }
            store(zip, "constants.pkl", EMPTY_TUPLE);
            store(zip, "version", "3\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new IllegalStateException("Writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    /** An instance of the class whose only attribute is {@code training = True}. */
    private static byte[] pickledModule(String moduleClass) throws IOException {
        ByteArrayOutputStream pickle = new ByteArrayOutputStream();
        pickle.write(new byte[] {(byte) 0x80, 2});
        pickle.write(("c__torch__\n" + moduleClass + "\n").getBytes(StandardCharsets.US_ASCII));
        pickle.write(new byte[] {'q', 0, ')', (byte) 0x81, '}', '('});
        byte[] attribute = "training".getBytes(StandardCharsets.US_ASCII);
        pickle.write(new byte[] {'X', (byte) attribute.length, 0, 0, 0});
        pickle.write(attribute);
        pickle.write(new byte[] {'q', 1, (byte) 0x88, 'u', 'b', 'q', 2, '.'});
        return pickle.toByteArray();
    }

    /** libtorch maps the entries, so they must not be compressed. */
    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 checksum = new CRC32();
        checksum.update(content);
        ZipEntry entry = new ZipEntry(ROOT + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCompressedSize(content.length);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
