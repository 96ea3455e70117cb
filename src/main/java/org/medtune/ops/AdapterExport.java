package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.medtune.StopSignal;
import org.medtune.adapter.AdapterValues;
import org.medtune.export.GgufExport;
import org.medtune.export.SafetensorsExport;
import org.medtune.tensor.ElementType;
import org.medtune.training.AtomicFolder;

/**
 * Merges an adapter into its base model, for programs that know no adapters.
 *
 * @param request what was asked for
 */
public record AdapterExport(ExportRequest request) {

    /** Room for tokenizer and configuration. */
    private static final long SMALL_FILES = 64L << 20;

    /**
     * Writes the folder: it is there whole afterwards, or not at all.
     *
     * @param stop looked at between pieces of at most 64 MiB
     * @throws org.medtune.StoppedException if a stop was asked for
     * @throws org.medtune.InvalidInputException when adapter and model do not fit, or the model cannot be expressed in
     *     the format
     * @throws org.medtune.RecoverableException if the disk is too full or a file cannot be written
     */
    public Path write(StopSignal stop) {
        Path target = request.target();
        Optional<AdapterValues> adapter = Optional.of(request.adapter().read(request.model().configuration()));
        removeRemains(target.getParent());
        switch (request.format()) {
            case SAFETENSORS -> write(new SafetensorsExport(request.model(), adapter, Optional.empty(),
                    SafetensorsExport.DEFAULT_SHARD_BYTES), stop);
            case SAFETENSORS_FP32 -> write(new SafetensorsExport(request.model(), adapter,
                    Optional.of(ElementType.FLOAT32), SafetensorsExport.DEFAULT_SHARD_BYTES), stop);
            case GGUF_F16 -> write(new GgufExport(request.model(), adapter, GgufExport.Format.F16, name()), stop);
            case GGUF_Q8_0 -> write(new GgufExport(request.model(), adapter, GgufExport.Format.Q8_0, name()), stop);
        }
        MESSAGES.adapterExported(request.adapter().path(), request.model().path(), target);
        return target;
    }

    private void write(SafetensorsExport export, StopSignal stop) {
        AtomicFolder.create(request.target(), export.bytes() + SMALL_FILES, folder -> export.writeTo(folder, stop));
    }

    private void write(GgufExport export, StopSignal stop) {
        AtomicFolder.create(request.target(), export.bytes() + SMALL_FILES,
                folder -> export.write(folder.resolve(name() + ".gguf"), stop));
    }

    private String name() {
        return request.target().getFileName().toString();
    }

    private static void removeRemains(Path exports) {
        try {
            AtomicFolder.deleteRemains(exports, AtomicFolder.LONGEST_WRITING);
        } catch (IOException e) {
            throw MESSAGES.cannotWrite(exports, e.toString(), e);
        }
    }
}
