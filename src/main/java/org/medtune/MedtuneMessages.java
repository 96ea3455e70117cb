package org.medtune;

import java.lang.invoke.MethodHandles;
import java.nio.file.Path;
import org.jboss.logging.BasicLogger;
import org.jboss.logging.Logger;
import org.jboss.logging.annotations.Cause;
import org.jboss.logging.annotations.Message;
import org.jboss.logging.annotations.MessageLogger;

/**
 * Every sentence that an operator can see, each with a permanent id that is never reused. Rooms own ranges of
 * ids: 1-99 configuration and runs, 100-199 tensor, 200-299 model, 300-399 adapter, 400-499 dataset,
 * 500-599 training, 600-699 evaluation and generation, 700-799 batch, 800-899 web.
 *
 * <p>An error sentence says what is wrong, with the value, and what to change.
 */
@MessageLogger(projectCode = "MEDTUNE")
public interface MedtuneMessages extends BasicLogger {

    /** The one instance, logging under the category {@code org.medtune}. */
    MedtuneMessages MESSAGES = Logger.getMessageLogger(
            MethodHandles.lookup(), MedtuneMessages.class, "org.medtune");

    // ---- 1-99 configuration and runs ----

    // ---- 100-199 tensor ----

    @Message(id = 100, value = "There is no device called '%s'. Use auto, cpu, or gpu0, gpu1 and so on.")
    InvalidInputException unknownDeviceName(String name);

    @Message(id = 101, value = "The device %s is not there: this host has %d usable accelerator(s). Use device=cpu or "
            + "device=auto, or install the CUDA build of PyTorch 2.7.1 as the documentation describes.")
    InvalidInputException noSuchAccelerator(String name, int present);

    @Message(id = 102, value = "Memory on %s ran out in the kernel %s. Lower max.seq.length or "
            + "per.device.train.batch.size, turn gradient.checkpointing on, or free memory, and restart the run.")
    RecoverableException outOfMemory(String device, String kernel, @Cause Throwable cause);

    // ---- 200-299 model ----

    @Message(id = 200, value = "There is no model folder %s. Set model.folder to a folder with config.json, "
            + "tokenizer.json and safetensors files, or to the name of one under the models folder.")
    InvalidInputException noSuchModelFolder(Path folder);

    @Message(id = 201, value = "The model folder %s has no %s. Copy the missing file from where the model came from.")
    InvalidInputException missingModelFile(Path folder, String name);

    @Message(id = 202, value = "The file %s cannot be read (%s). Give the server's user the right to read it, or copy "
            + "it again.")
    InvalidInputException unreadableModelFile(Path file, String reason);

    @Message(id = 203, value = "The file %s is malformed: %s. Copy it again from where the model came from.")
    InvalidInputException malformedModelConfiguration(Path file, String reason);

    @Message(id = 204, value = "The model of %s has the unknown architecture '%s' (model_type). Use a model whose "
            + "model_type is qwen2 or llama.")
    InvalidInputException unknownArchitecture(Path file, String modelType);

    @Message(id = 205, value = "The model of %s sets %s to %s, which this version cannot compute. Use a model where it "
            + "is %s.")
    InvalidInputException unsupportedModelSetting(Path file, String name, String value, String supported);

    @Message(id = 206, value = "The file %s is truncated: it has %d bytes and should have at least %d. Copy it again "
            + "from where the model came from.")
    InvalidInputException truncatedSafetensors(Path file, long size, long expected);

    @Message(id = 207, value = "The file %s is no safetensors file: %s. Copy it again from where the model came from.")
    InvalidInputException damagedSafetensors(Path file, String reason);

    @Message(id = 208, value = "The file %s holds the tensor %s in the unknown element type '%s'. Use a model stored in "
            + "BF16, F16 or F32.")
    InvalidInputException unknownElementType(Path file, String name, String type);

    @Message(id = 209, value = "The model folder %s lacks %d tensor(s): %s. Copy all of its safetensors files, or check "
            + "that config.json belongs to them.")
    InvalidInputException missingTensors(Path folder, int count, String names);

    @Message(id = 210, value = "The model folder %s has %d tensor(s) that its config.json does not account for: %s. "
            + "Use the config.json that belongs to these files.")
    InvalidInputException unexpectedTensors(Path folder, int count, String names);

    @Message(id = 211, value = "The file %s holds the tensor %s with shape %s where config.json asks for %s. Use the "
            + "config.json that belongs to these files.")
    InvalidInputException wrongTensorShape(Path file, String name, String shape, String expected);

    @Message(id = 212, value = "The file %s holds the tensor %s as %s. Use a model stored in BF16, F16 or F32.")
    InvalidInputException wrongTensorType(Path file, String name, String type);

    // ---- 300-399 adapter ----

    // ---- 400-499 dataset ----

    // ---- 500-599 training ----

    // ---- 600-699 evaluation and generation ----

    // ---- 700-799 batch ----

    // ---- 800-899 web ----
}
