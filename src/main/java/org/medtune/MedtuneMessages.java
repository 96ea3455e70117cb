package org.medtune;

import java.lang.invoke.MethodHandles;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jboss.logging.BasicLogger;
import org.jboss.logging.Logger;
import org.jboss.logging.annotations.Cause;
import org.jboss.logging.annotations.LogMessage;
import org.jboss.logging.annotations.Message;
import org.jboss.logging.annotations.MessageLogger;

/**
 * Every sentence that an operator can see, each with a permanent id that is never reused. Rooms own ranges of
 * ids: 1-99 configuration and runs, 100-199 tensor, 200-299 model, 300-399 adapter, 400-449 dataset (of which 417-419
 * and 426-439 chat), 450-499 conversations, 500-599 training, 600-699 generation (of which 601-619 leases and
 * recovery, 620-639 the queue for devices and the job purge, 640-669 what ends a run before its end), 700-799 batch,
 * 800-899 web and launcher (of which 815-839 evaluation), 900-949 logins and safety.
 *
 * <p>An error sentence says what is wrong, with the value, and what to change.
 */
@MessageLogger(projectCode = "MEDTUNE")
public interface MedtuneMessages extends BasicLogger {

    /** The one instance, logging under the category {@code org.medtune}. */
    MedtuneMessages MESSAGES = Logger.getMessageLogger(
            MethodHandles.lookup(), MedtuneMessages.class, "org.medtune");

    // ---- 1-99 configuration and runs ----

    @Message(id = 1, value = "The job cannot be started like this. %s")
    InvalidInputException requestRefused(String problems);

    @Message(id = 2, value = "There is no parameter %s; did you mean %s?")
    InvalidInputException parameterUnknown(String name, String nearest);

    @Message(id = 3, value = "%s is '%s'; give %s.")
    InvalidInputException parameterNotOfShape(String name, String value, String shape);

    @Message(id = 4, value = "%s is %s; it must be %s.")
    InvalidInputException parameterOutOfRange(String name, String value, String range);

    @Message(id = 5, value = "%s is empty; give a value such as %s, or leave it out for that default.")
    InvalidInputException parameterEmpty(String name, String example);

    @Message(id = 6, value = "The parameters are %s characters long together, and the job repository keeps %s; "
            + "shorten them, above all %s.")
    InvalidInputException parametersTooLong(int length, int longest, String longestName);

    @Message(id = 7, value = "warmup.steps is %s, but there are only %s steps; lower warmup.steps or raise max.steps.")
    InvalidInputException warmUpTooLong(int warmUpSteps, int steps);

    @Message(id = 8, value = "max.steps is 0; give at least 1, or -1 to train for num.train.epochs.")
    InvalidInputException noSteps();

    @Message(id = 9, value = "model.folder is %s, but there is no folder %s; give the path of a Hugging Face model "
            + "folder, or the name of one in %s.")
    InvalidInputException modelFolderMissing(String given, String folder, Path modelsFolder);

    @Message(id = 11, value = "dataset.file is %s, but there is no file %s; give the path of a dataset, or the name "
            + "of one in %s.")
    InvalidInputException datasetFileMissing(String given, String file, Path dataFolder);

    @Message(id = 12, value = "The dataset %s cannot be read; give the server's user permission to read it.")
    RecoverableException datasetUnreadable(Path file);

    @Message(id = 13, value = "Nothing can be written into %s (%s); give the server's user permission, or start the "
            + "server with another MEDTUNE_HOME.")
    RecoverableException folderNotWritable(Path folder, String reason);

    @Message(id = 15, value = "The run's files at %s cannot be used (%s); mend that and restart the job.")
    RecoverableException runFolderUnusable(Path path, String reason, @Cause Throwable cause);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 16, value = "%s belongs to a run of an earlier job repository; it is now %s.")
    void runFolderMovedAside(Path folder, Path aside);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 17, value = "The run.json of %s cannot be read, so the folder counts as another run's.")
    void runDescriptionUnreadable(Path folder, @Cause Throwable cause);

    @Message(id = 18, value = "The system property %s is not set; start the server with its own bin/standalone "
            + "script, or set it there.")
    InvalidInputException settingMissing(String name);

    @Message(id = 19, value = "lora.target.modules names %s, which is no projection; give some of q_proj, k_proj, "
            + "v_proj, o_proj, gate_proj, up_proj and down_proj.")
    InvalidInputException targetModuleUnknown(String name);

    @Message(id = 20, value = "The run %s has no intact checkpoint; restart the job to train again.")
    RecoverableException noCheckpoint(Path folder);

    // ---- 100-199 tensor ----

    @Message(id = 100, value = "There is no device called '%s'. Use auto, cpu, or gpu0, gpu1 and so on.")
    InvalidInputException unknownDeviceName(String name);

    @Message(id = 101, value = "The device %s is not there: this host has %d usable accelerator(s). Use device=cpu "
            + "or device=auto, or install the CUDA build of PyTorch 2.7.1 as the documentation describes.")
    InvalidInputException noSuchAccelerator(String name, int present);

    @Message(id = 102, value = "Memory on %s ran out in the kernel %s. Free memory, or set gradient.checkpointing to "
            + "on or offload, and restart the run; or start a new one with a smaller max.seq.length or "
            + "per.device.train.batch.size.")
    RecoverableException outOfMemory(String device, String kernel, @Cause Throwable cause);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 103, value = "The fused kernels for %s are compiled for %s in %d ms")
    void fusedKernelsCompiled(String device, String architecture, long milliseconds);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 104, value = "The fused kernels for %s cannot be used, and training there takes up to twice the "
            + "time. Put CUDA's run-time compiler, libnvrtc, beside PyTorch's own libraries and start the server anew.")
    void fusedKernelsMissing(String device, @Cause Throwable cause);

    @Message(id = 180, value = "The tokenizer file %s cannot be read: %s. Point to a Hugging Face model folder that "
            + "holds a readable tokenizer.json.")
    RecoverableException unreadableTokenizer(Path file, String reason, @Cause Throwable cause);

    @Message(id = 181, value = "The tokenizer file %s is damaged or of a kind that is not supported: %s. Copy "
            + "tokenizer.json of the model again.")
    InvalidInputException damagedTokenizer(Path file, String reason, @Cause Throwable cause);

    @Message(id = 182, value = "The native tokenizer library cannot be loaded: %s. Install the server module ai.djl "
            + "for this operating system, make DJL's cache folder writable, then restart.")
    RecoverableException tokenizerLibraryMissing(String reason, @Cause Throwable cause);

    // ---- 200-299 model ----

    @Message(id = 200, value = "There is no model folder %s. Set model.folder to a folder with config.json, "
            + "tokenizer.json and safetensors files, or to the name of one under the models folder.")
    InvalidInputException noSuchModelFolder(Path folder);

    @Message(id = 201, value = "The model folder %s has no %s. Copy the missing file from where the model came from.")
    InvalidInputException missingModelFile(Path folder, String name);

    @Message(id = 202, value = "The file %s cannot be read (%s). Give the server's user the right to read it, or "
            + "copy it again.")
    RecoverableException unreadableModelFile(Path file, String reason);

    @Message(id = 203, value = "The file %s is malformed: %s. Copy it again from where the model came from.")
    InvalidInputException malformedModelConfiguration(Path file, String reason);

    @Message(id = 204, value = "The model of %s has the unknown architecture '%s' (model_type). Use a model whose "
            + "model_type is qwen2 or llama.")
    InvalidInputException unknownArchitecture(Path file, String modelType);

    @Message(id = 205, value = "The model of %s sets %s to %s, which this version cannot compute. Use a model where "
            + "it is %s.")
    InvalidInputException unsupportedModelSetting(Path file, String name, String value, String supported);

    @Message(id = 206, value = "The file %s is truncated: it has %d bytes and should have at least %d. Copy it again "
            + "from where the model came from.")
    InvalidInputException truncatedSafetensors(Path file, long size, long expected);

    @Message(id = 207, value = "The file %s is no safetensors file: %s. Copy it again from where the model came from.")
    InvalidInputException damagedSafetensors(Path file, String reason);

    @Message(id = 208, value = "The file %s holds the tensor %s in the unknown element type '%s'. Use a model stored "
            + "in BF16, F16 or F32.")
    InvalidInputException unknownElementType(Path file, String name, String type);

    @Message(id = 209, value = "The model folder %s lacks %d tensor(s): %s. Copy all of its safetensors files, or "
            + "check that config.json belongs to them.")
    InvalidInputException missingTensors(Path folder, int count, String names);

    @Message(id = 210, value = "The model folder %s has %d tensor(s) that its config.json does not account for: %s. "
            + "Use the config.json that belongs to these files.")
    InvalidInputException unexpectedTensors(Path folder, int count, String names);

    @Message(id = 211, value = "The file %s holds the tensor %s with shape %s where config.json asks for %s. Use the "
            + "config.json that belongs to these files.")
    InvalidInputException wrongTensorShape(Path file, String name, String shape, String expected);

    @Message(id = 212, value = "The file %s holds the tensor %s as %s. Use a model stored in BF16, F16 or F32.")
    InvalidInputException wrongTensorType(Path file, String name, String type);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 213, value = "Loaded the model %s (%d MiB on the disk) as %s with quantization %s on %s; %s")
    void modelLoaded(Path folder, long storedMebibytes, String type, String quantization, String device,
            String runtime);

    @Message(id = 240, value = "The file %s cannot be read: %s. Copy it again from the model's source.")
    InvalidInputException unreadableTokenizerConfiguration(Path file, String reason, @Cause Throwable cause);

    @Message(id = 241, value = "The entry %s of %s is %s, but must be %s. Copy the file again from the model's "
            + "source.")
    InvalidInputException invalidTokenizerConfigurationEntry(String entry, Path file, String value, String expected);

    @Message(id = 242, value = "The token %s, named by %s in %s, is not in the vocabulary of tokenizer.json. The two "
            + "files belong to different models: copy both again from one source.")
    InvalidInputException specialTokenNotInVocabulary(String token, String entry, Path file);

    @Message(id = 243, value = "The model folder %s names no end token: give eos_token in tokenizer_config.json, or "
            + "eos_token_id in generation_config.json or config.json.")
    InvalidInputException noEndOfSentenceToken(Path modelFolder);

    @Message(id = 244, value = "The model in %s has no chat template, so it cannot be chatted with. Use an "
            + "instruction or reasoning model, or add chat_template.jinja to the folder.")
    InvalidInputException noChatTemplate(Path modelFolder);

    @Message(id = 245, value = "The chat template in %s cannot be rendered: %s. Correct the template, or copy it "
            + "again from the model's source.")
    InvalidInputException chatTemplateFails(String source, String reason, @Cause Throwable cause);

    @Message(id = 246, value = "The chat template in %s went beyond the %d steps, or the %d characters, that one "
            + "rendering may take. Shorten the conversation; if that does not help, the template is at fault.")
    InvalidInputException chatTemplateTooExpensive(String source, long steps, long characters);

    @Message(id = 247, value = "The chat template in %s refuses these messages: %s. Change the conversation, for "
            + "instance the order of its roles.")
    InvalidInputException chatTemplateRefusesMessages(String source, String reason);

    @Message(id = 248, value = "The id %d, given by %s in %s, is no token of tokenizer.json. The two files belong to "
            + "different models: copy both again from one source.")
    InvalidInputException specialTokenIdNotInVocabulary(int id, String entry, Path file);

    // ---- 300-399 adapter ----

    @Message(id = 300, value = "The LoRA rank r is %d. Set lora.r to 1 or more; 16 is the default.")
    InvalidInputException loraRankTooSmall(int rank);

    @Message(id = 301, value = "The LoRA alpha is %s. Set lora.alpha to a positive number; 16 is the default.")
    InvalidInputException loraAlphaNotPositive(double alpha);

    @Message(id = 302, value = "The LoRA dropout is %s. Set lora.dropout to a number from 0 up to, but not "
            + "including, 1.")
    InvalidInputException loraDropoutOutOfRange(double dropout);

    @Message(id = 303, value = "No module gets an adapter. Name at least one of q_proj, k_proj, v_proj, o_proj, "
            + "gate_proj, up_proj, down_proj in lora.target.modules.")
    InvalidInputException noTargetModules();

    @Message(id = 304, value = "The adapter folder %s has no %s. Use a folder that this system or PEFT has written.")
    InvalidInputException missingAdapterFile(Path folder, String name);

    @Message(id = 305, value = "The file %s is malformed: %s. Write the adapter again, or use another one.")
    InvalidInputException malformedAdapterFile(Path file, String reason);

    @Message(id = 306, value = "The adapter of %s sets %s to %s, which this version cannot compute. Use an adapter "
            + "where it is %s.")
    InvalidInputException unsupportedAdapterSetting(Path file, String name, String value, String supported);

    @Message(id = 307, value = "The file %s lacks the tensor %s. Use the adapter_config.json and the base model that "
            + "the adapter was trained with.")
    InvalidInputException missingAdapterTensor(Path file, String name);

    @Message(id = 308, value = "The file %s holds the tensor %s as %s %s where F32 %s is asked for. Use the "
            + "adapter_config.json and the base model that the adapter was trained with.")
    InvalidInputException wrongAdapterTensor(Path file, String name, String type, String shape, String expected);

    @Message(id = 309, value = "The file %s holds the tensor %s, which its adapter_config.json does not account for. "
            + "Use the adapter_config.json that belongs to it.")
    InvalidInputException unexpectedAdapterTensor(Path file, String name);

    // ---- 400-449 dataset; 417-419 and 426-439 chat ----

    @Message(id = 400, value = "There is no dataset file %s. Give the path of a JSON, JSONL, CSV or Parquet file that "
            + "exists on the server.")
    InvalidInputException datasetMissing(Path file);

    @Message(id = 401, value = "The dataset %s is a folder, but must be a file. Name one JSON, JSONL, CSV or "
            + "Parquet file in it.")
    InvalidInputException datasetIsFolder(Path file);

    @Message(id = 402, value = "The dataset file %s cannot be opened: %s. Make it readable for the account that the "
            + "server runs as.")
    RecoverableException datasetUnreadable(Path file, String reason, @Cause Throwable cause);

    @Message(id = 403, value = "The file %s is not UTF-8: byte %s at offset %d is not part of a character. Convert "
            + "it, for instance with: iconv -f GB18030 -t UTF-8")
    InvalidInputException notUtf8(Path file, String octet, long offset);

    @Message(id = 404, value = "The dataset file %s has no rows. Give a file with at least one example.")
    InvalidInputException datasetEmpty(Path file);

    @Message(id = 405, value = "The dataset file %s starts with %s, so it is neither a JSON array ('[') nor JSONL "
            + "('{' in each line) nor Parquet ('PAR1'), and its first line does not name the fields, as a CSV file's "
            + "does. Convert it to one of these; the name of a CSV file may also end with .csv or .tsv.")
    InvalidInputException datasetOfUnknownFormat(Path file, String start);

    @Message(id = 406, value = "The dataset file %s is damaged in row %d, at line %d, column %d: %s. Repair the JSON "
            + "array there, or convert the file to JSONL, where a damaged row is skipped.")
    InvalidInputException datasetArrayDamaged(
            Path file, long row, int line, int column, String reason, @Cause Throwable cause);

    @Message(id = 407, value = "Line %d of the file %s has more than %d characters. JSONL has one row a line: split "
            + "the file, or make it a JSON array.")
    InvalidInputException lineTooLong(long line, Path file, int limit);

    @Message(id = 408, value = "The dataset cannot be gone on with after row %d: it now leads to row %d. The file or "
            + "the choice of rows was changed since; start a new run.")
    InvalidInputException datasetChangedSince(long expectedRow, long row);

    @Message(id = 409, value = "The field names of the dataset are '%s', '%s' and '%s', but must be three different "
            + "names, none of them blank. Correct them.")
    InvalidInputException invalidFieldNames(String question, String reasoning, String response);

    @Message(id = 410, value = "The language '%s' is unknown. Give one of: %s.")
    InvalidInputException unknownLanguage(String name, String known);

    @Message(id = 411, value = "The largest number of rows is %d, but must not be negative. Give 0 for all rows.")
    InvalidInputException negativeMaximumRows(long maximumRows);

    @Message(id = 412, value = "The share of held-out rows is %s, but must be at least 0 and below 1. Give for "
            + "instance 0.05.")
    InvalidInputException invalidHeldOutShare(double share);

    @Message(id = 413, value = "There is no prompt template '%s'. Give one of: %s.")
    InvalidInputException unknownPromptTemplate(String name, String known);

    @Message(id = 414, value = "The largest sequence length is %d tokens, but must be at least %d: a shorter text "
            + "has no token to predict. Give for instance 2048.")
    InvalidInputException sequenceLengthTooShort(int length, int shortest);

    @Message(id = 415, value = "Reading the file %s failed: %s. Check the disk or the network share that it is on, "
            + "then restart.")
    RecoverableException readingFailed(Path file, String reason, @Cause Throwable cause);

    @Message(id = 416, value = "No row of the dataset has a question in the language '%s'. Choose the language "
            + "'any', or another dataset.")
    InvalidInputException noRowOfLanguage(String language);

    @Message(id = 417, value = "%s is %s; give %s.")
    InvalidInputException completionFieldWrong(String name, String value, String shape);

    @Message(id = 418, value = "%s is missing; give %s.")
    InvalidInputException completionFieldMissing(String name, String shape);

    @Message(id = 419, value = "There is nothing at this address; ask at /medtune/v1/chat/completions, and see the "
            + "models at /medtune/v1/models.")
    String noSuchOpenAiAddress();

    @Message(id = 420, value = "The field '%s' is missing.")
    String rowLacksField(String field);

    @Message(id = 421, value = "The field '%s' is not a string, but of the JSON type %s.")
    String rowFieldIsNoString(String field, String type);

    @Message(id = 422, value = "The field '%s' is blank.")
    String rowFieldIsBlank(String field);

    @Message(id = 423, value = "The row is not an object, but of the JSON type %s.")
    String rowIsNoObject(String type);

    @Message(id = 424, value = "Line %d is not valid JSON: %s.")
    String rowIsNoJson(long line, String reason);

    @Message(id = 425, value = "The field '%s' holds half of a surrogate pair, which is no character.")
    String rowFieldIsNoText(String field);

    @Message(id = 426, value = "%s is %s; it must be %s.")
    InvalidInputException samplingOutOfRange(String name, String value, String range);

    @Message(id = 427, value = "There is no model %s; GET /medtune/v1/models lists those that there are.")
    NotFoundException noSuchChatModel(String id);

    @Message(id = 428, value = "%d questions wait for an answer already, and more are not taken; ask again in a "
            + "moment.")
    ConflictException tooManyQuestions(int waiting);

    @Message(id = 429, value = "You have %d questions open already; wait for one of the answers, or cancel one.")
    ConflictException tooManyQuestionsOfUser(int open);

    @Message(id = 430, value = "A prompt of %d tokens and an answer of up to %d tokens do not fit the memory for "
            + "conversations, which holds %d tokens; lower max_tokens, or start the server with a greater "
            + "MEDTUNE_CHAT_CACHE_MIB.")
    InvalidInputException cacheTooSmall(int promptTokens, int newTokens, long tokens);

    @Message(id = 431, value = "The newest message is not a user's; end the conversation with a question.")
    InvalidInputException noQuestion();

    @Message(id = 432, value = "The newest message makes a prompt of %d tokens, and the model's context has %d, of "
            + "which at least one is for the answer; shorten the message.")
    InvalidInputException questionTooLong(int tokens, int context);

    @Message(id = 433, value = "The adapter %s was trained on another base model than %s, which is loaded here; start "
            + "the server with that model as MEDTUNE_CHAT_MODEL.")
    InvalidInputException adapterOfAnotherModel(String id, Path model);

    @Message(id = 434, value = "The server is shutting down; ask again when it is up.")
    RecoverableException answersEnded();

    @Message(id = 435, value = "Something unexpected went wrong while the answer was written; the server's log has "
            + "the details under %s. Ask again.")
    RecoverableException answerFailed(String reference);

    @LogMessage(level = Logger.Level.ERROR)
    @Message(id = 436, value = "Answers met an unexpected error, told to those who asked as %s.")
    void answersFailed(String reference, @Cause Throwable cause);

    @Message(id = 437, value = "The setting %s is '%s'; give a whole number of at least 1, or leave it out.")
    InvalidInputException settingNotANumber(String name, String value);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 438, value = "The adapter in %s cannot be chatted with: %s")
    void adapterLeftOut(Path folder, String sentence);

    @Message(id = 439, value = "A message has the role '%s'; give system, user or assistant.")
    InvalidInputException unknownRole(String role);

    @Message(id = 440, value = "The folder %s cannot be written to: %s. Name a folder that the account of the server "
            + "may write to.")
    RecoverableException outputFolderNotWritable(Path folder, String reason, @Cause Throwable cause);

    @Message(id = 441, value = "Writing the file %s failed: %s. Free space on that disk, or mend it, then restart.")
    RecoverableException writingFailed(Path file, String reason, @Cause Throwable cause);

    @Message(id = 442, value = "The file %s has %d bytes, but %d had been written when the run stopped. It was "
            + "changed since; start a new run.")
    InvalidInputException outputShorterThanPosition(Path file, long size, long expected);

    @Message(id = 443, value = "The tokenised dataset %s is damaged in line %d: %s. Put it back as it was "
            + "and restart the run, or start a new run.")
    InvalidInputException tokenizedDatasetDamaged(Path file, long line, String reason, @Cause Throwable cause);

    @Message(id = 444, value = "The tokenised dataset %s has no rows: no row of the dataset could be used. See the "
            + "file %s beside it for the reasons.")
    InvalidInputException tokenizedDatasetEmpty(Path file, String rejectsFile);

    @Message(id = 445, value = "The tokenised dataset %s cannot be read: %s. Put it back or mend its disk, and "
            + "restart the run; or start a new run.")
    RecoverableException tokenizedDatasetUnreadable(Path file, String reason, @Cause Throwable cause);

    @LogMessage(level = Logger.Level.DEBUG)
    @Message(id = 446, value = "The folder %s cannot be synchronised with the disk. This is expected on Windows.")
    void folderNotSynchronised(Path folder, @Cause Throwable cause);

    @LogMessage(level = Logger.Level.DEBUG)
    @Message(id = 447, value = "Closing the file %s failed. Everything up to its last position is on the disk.")
    void closingFailed(Path file, @Cause Throwable cause);

    // ---- 450-499 conversations ----

    @Message(id = 450, value = "You have no conversation %s; list your conversations to see those there are.")
    NotFoundException noSuchConversation(String id);

    @Message(id = 451, value = "You have no message %s; read the conversation again, since it may have changed.")
    NotFoundException noSuchMessage(String id);

    @Message(id = 452, value = "An answer of this conversation is still being written; stop it or wait for its end.")
    ConflictException answerBeingWritten();

    @Message(id = 453, value = "The question is empty; write one.")
    InvalidInputException questionEmpty();

    @Message(id = 454, value = "The question is %s characters long, and %s is the most; shorten it.")
    InvalidInputException questionOfTooManyCharacters(int length, int longest);

    @Message(id = 455, value = "The title is %s characters long; give one of 1 to %s characters.")
    InvalidInputException titleOfWrongLength(int length, int longest);

    @Message(id = 456, value = "models is %s; give one or two different ids of GET /api/chat/models.")
    InvalidInputException modelsOfWrongNumber(String models);

    @Message(id = 457, value = "Message %s is a question; name an answer.")
    InvalidInputException messageIsNoAnswer(long id);

    @Message(id = 458, value = "Message %s is an answer; name a question.")
    InvalidInputException messageIsNoQuestion(long id);

    @Message(id = 459, value = "The database of the conversations failed (%s); look at the disk and at the datasource "
            + "Medtune, and try again.")
    RecoverableException conversationDatabaseFailed(String reason, @Cause Throwable cause);

    @Message(id = 461, value = "The comment is %s characters long, and %s is the most; shorten it.")
    InvalidInputException commentTooLong(int length, int longest);

    @Message(id = 462, value = "%s is '%s'; give one of %s.")
    InvalidInputException notOneOf(String name, String value, String choices);

    @Message(id = 463, value = "The answer %s is not being written any more; read its conversation instead.")
    NotFoundException noSuchAnswer(String id);

    @Message(id = 464, value = "The request's body lacks %s; give it.")
    InvalidInputException bodyLacks(String name);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 465, value = "The end of the answer %s could not be stored, and is tried again every moment.")
    void answerNotStored(String id, @Cause Throwable cause);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 466, value = "%s answer(s) were being written when the server ended; they are kept as interrupted.")
    void answersInterrupted(int count);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 467, value = "The feedback could not be written to %s; it is kept in the database, and written with "
            + "the next feedback.")
    void feedbackFileNotWritten(Path folder, @Cause Throwable cause);

    @Message(id = 468, value = "The answer is still being written; rate it when it has ended.")
    ConflictException feedbackTooEarly();

    // ---- 500-599 training ----

    @Message(id = 500, value = "In optimizer step %d the loss is %s and the gradient norm %s. Nothing of this step "
            + "was kept. Restart the run from its last checkpoint, in case the device was at fault; where the step "
            + "fails again, start a new run. Lower learning.rate or raise warmup.steps there, and look at the rows of "
            + "the step.")
    RecoverableException notANumber(int step, double loss, double gradientNorm);

    @Message(id = 501, value = "per.device.train.batch.size is %d, gradient.accumulation.steps is %d and max.steps "
            + "is %d. Set each of them to 1 or more.")
    InvalidInputException trainingCountTooSmall(int microBatchSize, int gradientAccumulationSteps, int maxSteps);

    @Message(id = 502, value = "warmup.steps is %d, but the run has %d optimizer steps. Set warmup.steps to a number "
            + "from 0 to that, or raise max.steps.")
    InvalidInputException warmupLongerThanRun(int warmupSteps, int maxSteps);

    @Message(id = 503, value = "The disk is too full to write %s: it takes %d bytes and %d are free. Free space, "
            + "then restart the run; nothing written before is lost.")
    RecoverableException diskTooFull(Path target, long neededBytes, long freeBytes);

    @Message(id = 504, value = "%s cannot be written (%s). Check that the disk has space and that the server's user "
            + "may write there, then restart the run; nothing written before is lost.")
    RecoverableException cannotWrite(Path target, String reason, @Cause Throwable cause);

    @Message(id = 505, value = "%s cannot be read (%s). Check that the disk works and that the server's user may "
            + "read it, then restart the run.")
    RecoverableException cannotRead(Path path, String reason, @Cause Throwable cause);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 506, value = "Checkpoint %s written")
    void checkpointWritten(Path checkpoint);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 507, value = "The checkpoint %s is damaged: %s. It is passed over for the one before; delete it "
            + "when the run is done.")
    void damagedCheckpoint(Path checkpoint, String damage);

    @Message(id = 508, value = "The checkpoint %s belongs to another run: %s. Restart with the parameters that the "
            + "run began with, or start a new run.")
    InvalidInputException checkpointOfAnotherRun(Path checkpoint, String differences);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 509, value = "Training goes on from %s, after step %d")
    void resumedFrom(Path checkpoint, int step);

    @Message(id = 510, value = "No row is left to train on: all %d accepted rows are held out for the evaluation, or "
            + "none was accepted. Lower evaluation.share, or look at the rejected rows in %s.")
    InvalidInputException noTrainingRows(int heldOut, Path folder);

    @Message(id = 511, value = "The optimizer's state %s holds %s, and this run keeps %s. Restart with the value of "
            + "optim that the run began with, or start a new run.")
    InvalidInputException optimizerStateOfAnotherKind(Path file, String names, String expected);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 512, value = "The weights of %s, as %s with quantization %s, will take %d MiB on %s, where %s free")
    void modelWillTake(Path folder, String type, String quantization, long mebibytes, String device, String free);

    @Message(id = 513, value = "To load %s, as %s with quantization %s, takes %d MiB on %s, where %d MiB are free. "
            + "Free memory and restart the run, or start a new one on another device, with a smaller model, or with "
            + "load.in.4bit=true and precision=bf16, which takes %d MiB.")
    RecoverableException modelDoesNotFit(Path folder, String type, String quantization, long neededMebibytes,
            String device, long freeMebibytes, long smallestMebibytes);

    @LogMessage(level = Logger.Level.DEBUG)
    @Message(id = 514, value = "The free memory of %s cannot be asked for (%s). Whether a model fits will show when it "
            + "is loaded.")
    void acceleratorMemoryUnknown(String device, String reason);

    @Message(id = 515, value = "The tensor %s has a value of magnitude %s, which float16 cannot hold. Export in "
            + "bfloat16 or float32, as a safetensors folder.")
    InvalidInputException tooLargeForHalf(String name, double magnitude);

    @Message(id = 516, value = "The tokenizer %s cannot be written into a GGUF file: %s. Export a safetensors folder "
            + "instead.")
    InvalidInputException tokenizerNotForGguf(Path file, String reason);

    @Message(id = 517, value = "The model %s stretches positions by rope_type %s, for which GGUF has no place in the "
            + "architecture %s. Export a safetensors folder instead.")
    InvalidInputException positionsNotForGguf(Path folder, String ropeType, String architecture);

    @Message(id = 518, value = "adapter is not given; give the name of an adapter in %s, or the path of an adapter "
            + "folder.")
    InvalidInputException adapterNotGiven(Path adaptersFolder);

    @Message(id = 519, value = "adapter is %s, but there is no such folder; give the path of an adapter folder, or the "
            + "name of one in %s.")
    InvalidInputException adapterMissing(String given, Path adaptersFolder);

    @Message(id = 520, value = "The adapter %s was trained on '%s', which is not there; give the path or the name of "
            + "its base model as model.folder.")
    InvalidInputException baseModelOfAdapterMissing(Path adapter, String baseModel);

    @Message(id = 521, value = "%s is there already; give another output.name, or move it away.")
    InvalidInputException exportExists(Path target);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 522, value = "The adapter %s is merged into %s; the result is %s")
    void adapterExported(Path adapter, Path model, Path target);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 530, value = "%d rows are packed into %d sequences of up to %d tokens, which are %d percent "
            + "full")
    void rowsPacked(int rows, int packs, int capacity, long percent);

    @Message(id = 531, value = "The rank %s of the key '%s' in lora.rank.pattern is impossible. Set it to a whole "
            + "number of at least 1.")
    InvalidInputException patternRankImpossible(double rank, String key);

    @Message(id = 532, value = "The alpha %s of the key '%s' in lora.alpha.pattern is impossible. Set it to a positive "
            + "number.")
    InvalidInputException patternAlphaNotPositive(double alpha, String key);

    @Message(id = 533, value = "%s has the key '%s', which is no regular expression. Give the end of a module's name, "
            + "such as down_proj.")
    InvalidInputException patternKeyMalformed(String parameter, String key);

    @Message(id = 534, value = "%s has the key '%s', which is the end of no module that gets an adapter. Give the name "
            + "of one, or its end after a dot; they are named like %s.")
    InvalidInputException patternMatchesNothing(String parameter, String key, String example);

    @Message(id = 535, value = "init.lora.weights is loftq, which makes up for what a model loses in 4 bits, but "
            + "load.in.4bit is %s, by which it is not held in 4 bits on %s. Set load.in.4bit to true, or "
            + "init.lora.weights to true.")
    InvalidInputException loftQWithoutQuantization(String loadIn4Bit, String device);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 536, value = "In 4 bits the target modules lie %.4f away from the model's files (by the norm of the "
            + "difference), and %.4f with what the adapter makes up for")
    void loftQInitialized(double without, double with);

    @Message(id = 540, value = "device is '%s'. Name each accelerator once, and the cpu only by itself.")
    InvalidInputException devicesDoNotGoTogether(String names);

    @Message(id = 541, value = "device stands for %d devices, but gradient.accumulation.steps is %d, so that some "
            + "would have no micro-batch of a step to compute. Raise gradient.accumulation.steps, or name fewer "
            + "devices.")
    InvalidInputException moreDevicesThanMicroBatches(int devices, int microBatches);

    @LogMessage(level = Logger.Level.DEBUG)
    @Message(id = 542, value = "NVIDIA's driver does not tell what accelerators there are (%s). They are used as "
            + "such of compute capability 8.0 or above.")
    void acceleratorUnknown(String reason);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 543, value = "Training on %s in %s, the projections of the base model held in %s; %s; %s")
    void trainingSetUp(String devices, String precision, String heldIn, String attention, String runtime);

    @Message(id = 544, value = "precision is bf16, which %s does not compute in: it is older than NVIDIA's Ampere "
            + "generation. Use precision=fp16, or precision=auto, which then means that.")
    InvalidInputException noBfloat16(String device);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 545, value = "Step %d is skipped: scaled by %s, its gradient is beyond what float16 holds. The next "
            + "step's loss is scaled by %s. Some skipped steps at the beginning, and one now and then, are as they "
            + "should be.")
    void stepSkipped(int step, double scale, double nextScale);

    @Message(id = 546, value = "In optimizer step %d the loss is %s and the gradient norm %s, although the loss is "
            + "scaled by no more than %s: the numbers of this model, or of these rows, are beyond what float16 holds. "
            + "Nothing of this step was kept. Lower learning.rate or raise warmup.steps, look at the rows of the step, "
            + "and restart the run from its last checkpoint, or start a new one with another precision.")
    RecoverableException lossScaleExhausted(int step, double loss, double gradientNorm, double scale);

    @Message(id = 547, value = "The file %s holds the tensor %s with a value of magnitude %s, which float16 cannot "
            + "hold. Use precision=bf16 or precision=fp32.")
    InvalidInputException weightTooLargeForHalf(Path file, String name, double magnitude);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 548, value = "Replica %d of the chat's model cannot answer, so that others do: %s")
    void replicaCannotAnswer(int replica, String reason);

    // ---- 600-699 generation ----

    @Message(id = 600, value = "A prompt of %d tokens and an answer of up to %d tokens do not fit the model's "
            + "context of %d tokens. Shorten the question or lower the number of new tokens.")
    InvalidInputException promptDoesNotFit(int promptTokens, int newTokens, int context);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 601, value = "Execution %s of the job %s is not running any more; it is STOPPED now and can be "
            + "restarted (%s)")
    void executionRecovered(long executionId, String job, String exitStatus);

    @Message(id = 602, value = "Execution %s does not go on here: this server could not tell the job repository for "
            + "%s s that it lives, so that another may have taken over. Mend the connection to the database, look "
            + "whether the run goes on elsewhere, and restart it if not.")
    RecoverableException leaseLost(long executionId, long seconds);

    @Message(id = 603, value = "The leases in the job repository's database cannot be read or written (%s); mend the "
            + "database or the connection to it.")
    RecoverableException leasesUnavailable(String reason, @Cause Throwable cause);

    @LogMessage(level = Logger.Level.ERROR)
    @Message(id = 604, value = "This server cannot tell the job repository that it lives; runs stop here unless that "
            + "works again within %s s. %s")
    void heartbeatFailed(long seconds, String reason, @Cause Throwable cause);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 605, value = "Execution %s, which was interrupted, goes on as execution %s")
    void restartedAfterInterruption(long interrupted, long executionId);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 606, value = "Execution %s is not restarted without an operator: the run was interrupted %s times, "
            + "and may be what ends the server. Look at the log before each end, then restart it.")
    void interruptedTooOften(long executionId, int interruptions);

    @LogMessage(level = Logger.Level.ERROR)
    @Message(id = 607, value = "Execution %s, which was interrupted, could not be restarted; restart it by hand.")
    void notRestarted(long executionId, @Cause Throwable cause);

    @Message(id = 608, value = "The setting %s is '%s'; give true or false, or leave it out.")
    InvalidInputException settingNeitherTrueNorFalse(String name, String value);

    @LogMessage(level = Logger.Level.ERROR)
    @Message(id = 609, value = "Looking for runs of ended servers failed; it is tried again in %s s.")
    void recoveryFailed(long seconds, @Cause Throwable cause);

    @Message(id = Message.NONE, value = "server ended before the first step")
    String serverEndedBeforeTheFirstStep();

    @Message(id = Message.NONE, value = "server ended in step %s")
    String serverEndedInStep(String step);

    @Message(id = Message.NONE, value = "server ended in step %s, %s")
    String serverEndedInStepWithCheckpoint(String step, String checkpoint);

    @Message(id = Message.NONE, value = "server ended at step %s, %s")
    String serverEndedAtStep(int step, String checkpoint);

    @Message(id = Message.NONE, value = "its end could not be recorded, %s")
    String endNotRecorded(String checkpoint);

    @Message(id = Message.NONE, value = "checkpoint %s is intact")
    String checkpointIsIntact(int step);

    @Message(id = Message.NONE, value = "there is no checkpoint yet")
    String noCheckpointYet();

    @Message(id = 620, value = "device stands for %s, which execution %s uses or is about to use, and device.queue is "
            + "refuse. Start the run again when that one has ended, or with device.queue=wait.")
    ConflictException deviceTaken(String devices, long executionId);

    @Message(id = 621, value = "device stands for %s, which execution %s uses or is about to use, and device.queue is "
            + "refuse. Restart this one when that has ended, or start a run with device.queue=wait.")
    RecoverableException stoppedAsDeviceTaken(String devices, long executionId);

    @Message(id = 622, value = "%s runs are at work or wait for a device, and the server has threads for no more. "
            + "Start the run again when one of them has ended.")
    ConflictException tooManyRuns(int runs);

    @Message(id = 623, value = "%s runs are at work or wait for a device, and the server has threads for no more. "
            + "Restart this one when one of them has ended.")
    RecoverableException stoppedAsTooManyRuns(int runs);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 624, value = "Execution %s waits for a device: position %s in the queue for %s, behind executions "
            + "%s")
    void waitsForDevice(long executionId, int position, String devices, List<Long> behind);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 625, value = "Execution %s has %s after a wait of %s s")
    void deviceGranted(long executionId, String devices, long seconds);

    @Message(id = 626, value = "Execution %s waited for a device when the server was stopped; restart it.")
    RecoverableException queueClosed(long executionId);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 627, value = "Run %s of the job %s (%s) would be removed, with %s MiB of files")
    void runWouldBePurged(long instanceId, String job, String status, long mebibytes);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 628, value = "Run %s of the job %s (%s) is removed, with %s MiB of files")
    void runPurged(long instanceId, String job, String status, long mebibytes);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 629, value = "The folder %s (%s MiB) belongs to no run that the job repository knows; it %s")
    void orphanFound(Path folder, long mebibytes, String fate);

    @Message(id = 630, value = "Nothing is removed yet: %s runs and %s folders without a run would be, %s MiB in all; "
            + "%s runs would be kept. Start the job with dry.run=false to remove them.")
    String purgeWouldRemove(int runs, long orphans, long mebibytes, int kept);

    @Message(id = 631, value = "%s runs and %s folders without a run are removed, %s MiB in all; %s runs are kept.")
    String purgeRemoved(int runs, long orphans, long mebibytes, int kept);

    @Message(id = 632, value = "Run %s could not be removed whole (%s); mend that and start the job again.")
    RecoverableException runNotPurged(long instanceId, String reason);

    @Message(id = 633, value = "The folder %s could not be removed whole (%s); mend that and start the job again.")
    RecoverableException folderNotPurged(Path folder, String reason);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 634, value = "The purge goes on with the next: %s")
    void purgeFailedInPart(String sentence, @Cause Throwable cause);

    @Message(id = 635, value = "%s of the runs and folders could not be removed, the first because: %s")
    RecoverableException purgeIncomplete(int failures, String first);

    @Message(id = 636, value = "The job repository's database failed (%s); mend that and try again.")
    RecoverableException jobRepositoryFailed(String reason, @Cause Throwable cause);

    @Message(id = 637, value = "Execution %s is none of the job purge; list the purges to see those that there are.")
    NotFoundException noSuchPurge(long executionId);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 638, value = "The application ends although executions %s have not, %s s after they were told to "
            + "stop; restart them from their last checkpoints")
    void runsNotEnded(List<Long> executions, long seconds);

    // ---- 640-669 what ends a run before its end, and how it goes on ----

    @Message(id = 640, value = "The device %s failed in the kernel %s (%s), and this server cannot use it any more. "
            + "Restart the server, and then the run; where it happens again, look at the device and its driver.")
    RecoverableException deviceLost(String device, String kernel, String reason, @Cause Throwable cause);

    @Message(id = 641, value = "oneDNN could not work on %s in the kernel %s (%s), as happens when the host's memory "
            + "is short. Free memory, or lower max.seq.length or per.device.train.batch.size in a new run, and restart "
            + "the run.")
    RecoverableException primitiveRefused(String device, String kernel, String reason, @Cause Throwable cause);

    @Message(id = 642, value = "The installed PyTorch cannot compute on %s (%s). Install a CUDA build for this "
            + "accelerator and its driver as the documentation describes, or start a new run with device=cpu.")
    InvalidInputException libraryNotForDevice(String device, String reason, @Cause Throwable cause);

    @Message(id = 643, value = "The server's own memory ran out (%s), which is not the models'. Give it more with "
            + "JBOSS_JAVA_SIZING, such as -Xmx2g, restart the server, and then the run.")
    RecoverableException heapExhausted(String reason, @Cause Throwable cause);

    @Message(id = 644, value = "A file could not be read or written (%s). Look at its disk, its permissions and its "
            + "free space, mend that, and restart the run; nothing written before is lost.")
    RecoverableException fileFailed(String reason, @Cause Throwable cause);

    @Message(id = 645, value = "A file that the run reads has changed or become unreadable under it (%s). Put the "
            + "model's files back as they were, look at their disk, and restart the run.")
    RecoverableException mappedFileFailed(String reason, @Cause Throwable cause);

    @Message(id = 646, value = "In optimizer step %d the loss is %s, more than %s times that of the steps before, "
            + "whose median is %s. Nothing of this step was kept. To go on all the same, restart the run with a "
            + "greater watchdog.loss.factor, or 0 for none; or start a new run with a lower learning.rate, after a "
            + "look at the rows of the step.")
    RecoverableException lossExploded(int step, double loss, double factor, double median);

    @Message(id = 647, value = "After optimizer step %d the tensor %s holds values that are no finite numbers, so it "
            + "is not kept as a checkpoint. Restart the run, which goes on from the checkpoint before; where it "
            + "happens again, start a new run with a lower learning.rate.")
    RecoverableException stateNotFinite(int step, String tensor);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 648, value = "Checkpoint %s removed: save.total.limit is %d")
    void checkpointRemoved(Path checkpoint, int limit);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 649, value = "The checkpoint %s, which save.total.limit would have removed, is still there. The run "
            + "goes on; give the server's user permission to delete it.")
    void checkpointNotRemoved(Path checkpoint, @Cause Throwable cause);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 650, value = "The memory of a training that failed could not be released; the server's next start "
            + "releases it.")
    void releaseFailed(@Cause Throwable cause);

    @Message(id = 651, value = "The run cannot go on yet. %s")
    RecoverableException requestDeferred(String problems);

    @Message(id = 652, value = "The model %s is not as it was when the run began (%s). Put it back and restart the "
            + "run.")
    RecoverableException modelVanished(Path folder, String reason);

    @Message(id = 653, value = "The dataset %s is not as it was when the run began (%s), and not all of its rows had "
            + "been read. Put it back and restart the run.")
    RecoverableException datasetVanished(Path file, String reason);

    @Message(id = 654, value = "%s was '%s' when the run began, and is now '%s'; that would make another adapter. "
            + "Restart the run with the value that it began with, or start a new run.")
    InvalidInputException parameterFixed(String name, String began, String now);

    @Message(id = 655, value = "%s was '%s' when the run began, and is now '%s', where something else is. Restart the "
            + "run with what it began with, wherever that is now, or start a new run.")
    InvalidInputException otherContent(String name, String began, String now);

    @Message(id = 656, value = "%s was '%s' when the run was evaluated, and is now '%s', which would be too late. "
            + "Restart the run with the former value, or start a new run.")
    InvalidInputException parameterTooLate(String name, String began, String now);

    // ---- 700-799 batch ----

    @Message(id = 700, value = "The batch runtime could not start the job (%s); the server's log says more.")
    RecoverableException jobNotStarted(String reason, @Cause Throwable cause);

    @Message(id = 701, value = "There is no job execution %s; list the executions to see those that there are.")
    NotFoundException noSuchExecution(long executionId);

    @Message(id = 702, value = "Execution %s cannot be stopped: it is %s.")
    ConflictException stopOfEnded(long executionId, String status);

    @Message(id = 704, value = "Execution %s cannot be restarted: it is running; stop it first.")
    ConflictException restartOfRunning(long executionId);

    @Message(id = 705, value = "Execution %s cannot be restarted: it is %s; start a new run instead.")
    ConflictException restartOfEnded(long executionId, String status);

    @Message(id = 706, value = "Execution %s cannot be restarted: its run has a later one; restart that instead.")
    ConflictException restartOfEarlier(long executionId);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 707, value = "Execution %s stops itself and can be restarted: %s")
    void executionStopsItself(long executionId, String sentence, @Cause Throwable cause);

    @LogMessage(level = Logger.Level.ERROR)
    @Message(id = 708, value = "Execution %s fails: %s")
    void executionFails(long executionId, String sentence, @Cause Throwable cause);

    @Message(id = 709, value = "Something unexpected went wrong; the server's log has the details under execution %s.")
    String unexpectedFailure(long executionId);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 710, value = "The dataset is formatted: %s rows, %s of them held out, %s cut at max.seq.length, "
            + "and %s rejected; see %s")
    void datasetFormatted(long accepted, long heldOut, long truncated, long rejected, Path folder);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 711, value = "Step %d of %d: loss %.4f, learning rate %.3g, gradient norm %.4f, %.1f tokens/s, %d "
            + "s left")
    void stepTaken(int step, int steps, double loss, double learningRate, double norm, double speed, long secondsLeft);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 712, value = "The adapter %s is published in %s")
    void adapterPublished(String name, String folder);

    @Message(id = 770, value = "MEDTUNE_RECOVERY_HEARTBEAT_SECONDS is %s, which is more than half of %s, the value of "
            + "MEDTUNE_RECOVERY_LEASE_SECONDS: a single lost heartbeat would end runs. Lower the one or raise the "
            + "other.")
    InvalidInputException heartbeatTooSlow(long beatSeconds, long leaseSeconds);

    @Message(id = 771, value = "The run's log in %s cannot be read (%s); give the server's user permission to read it.")
    RecoverableException runLogUnreadable(Path folder, String reason, @Cause Throwable cause);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 772, value = "The run's own log cannot be written (%s), and ends here; the server's log has the rest")
    void runLogNotWritten(String reason);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 773, value = "Execution %s of the job %s begins, in run %s")
    void executionBegins(long executionId, String job, long instanceId);

    @Message(id = 774, value = "Nothing of execution %s can be published: its run is at work. Wait for its end, or "
            + "stop it first.")
    ConflictException publicationOfRunning(long executionId);

    @Message(id = 775, value = "There is an adapter %s already, of other values. Give another name: what is published "
            + "is never changed.")
    ConflictException adapterNameTaken(String name);

    @Message(id = 776, value = "The run of execution %s has no checkpoint of step %s; those that it has are of the "
            + "steps %s.")
    NotFoundException noCheckpointOfStep(long executionId, int step, String steps);

    @Message(id = 777, value = "The run of execution %s has no intact checkpoint. Restart it to train on, or publish "
            + "from another run.")
    ConflictException noIntactCheckpoint(long executionId);

    @Message(id = 778, value = "The checkpoint %s is damaged: %s. Publish another one.")
    ConflictException checkpointDamaged(Path checkpoint, String damage);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 779, value = "The checkpoint %s of run %s is published as %s")
    void checkpointPublished(String checkpoint, long instanceId, Path adapter);

    @Message(id = 780, value = "Execution %s is of the job %s; only runs of fine-tune have checkpoints, metrics and "
            + "adapters. Give an execution of one of those.")
    ConflictException notAFineTune(long executionId, String job);

    @Message(id = 781, value = "Execution %s cannot be deleted: its run is at work. Stop it first, and wait for its "
            + "end.")
    ConflictException deletionOfRunning(long executionId);

    @Message(id = 782, value = "Run %s has been restarted in this moment, so it is not deleted. Stop it first, and "
            + "wait for its end.")
    ConflictException deletionOfRestarted(long instanceId);

    @Message(id = 783, value = "Run %s cannot be deleted: the published adapter %s has files of it by a link. Put "
            + "copies in the links' place first.")
    ConflictException filesArePublished(long instanceId, Path adapter);

    @Message(id = 784, value = "Run %s cannot be deleted (%s). Give the server's user permission to write there, and "
            + "delete it again.")
    RecoverableException runNotDeleted(long instanceId, String reason, @Cause Throwable cause);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 785, value = "Run %s of the job %s is deleted, with %s bytes of files")
    void runDeleted(long instanceId, String job, long bytes);

    @Message(id = 786, value = "ids is '%s'; give the numbers of 2 to %s executions of different runs, separated by "
            + "commas.")
    InvalidInputException notIdsToCompare(String given, int most);

    @Message(id = 787, value = "%s of the request's body is %s; give %s.")
    InvalidInputException bodyFieldNotOfShape(String name, String value, String shape);

    @Message(id = 788, value = "An export to %s is at work already; wait for its end, or give another output.name.")
    ConflictException exportRunsAlready(Path target);

    @Message(id = 789, value = "There is no export %s; GET /medtune/api/exports lists them.")
    NotFoundException noSuchExport(long executionId);

    // ---- 800-899 web ----

    @Message(id = 800, value = "The request's body is not JSON that can be read, at %s; correct it there.")
    String malformedJson(String position);

    @Message(id = 801, value = "The request's body is no JSON object; send an object of job parameters, {} for the "
            + "defaults.")
    InvalidInputException bodyNotAnObject();

    @Message(id = 802, value = "The value of %s is an object or null; send a string, a number, true or false, or an "
            + "array of names.")
    InvalidInputException parameterNotAScalar(String name);

    @Message(id = 803, value = "Requests that change something must have the content type application/json, even "
            + "with an empty body.")
    String notJson();

    @Message(id = 804, value = "There is nothing at this address; the executions are at /medtune/api/jobs.")
    String noSuchResource();

    @Message(id = 805, value = "This address does not know that method; use one of %s.")
    String methodNotAllowed(String methods);

    @Message(id = 806, value = "Answers are application/json only; accept that.")
    String onlyJsonAnswers();

    @Message(id = 807, value = "The request cannot be answered: %s.")
    String requestNotUnderstood(String reason);

    @Message(id = 808, value = "'%s' is no execution's number; list the executions to see their numbers.")
    NotFoundException executionIdNotANumber(String text);

    @Message(id = 809, value = "%s is '%s'; give a whole number from %s to %s.")
    InvalidInputException badPaging(String name, String value, long least, long most);

    @Message(id = 810, value = "There is no report of execution %s yet; it is written when the run has been "
            + "evaluated.")
    NotFoundException noReportYet(long executionId);

    @Message(id = 750, value = "There are no figures of the dataset of execution %s yet; they are there when the "
            + "run has formatted it.")
    NotFoundException noDatasetFiguresYet(long executionId);

    @Message(id = 751, value = "Last-Event-ID is '%s'; give the number of the last step that was received, or leave it "
            + "out for all steps.")
    InvalidInputException lastEventIdNotAStep(String given);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 752, value = "The events of execution %s could not be sent any more; a browser asks for them again.")
    void runEventsEnded(long executionId, @Cause Throwable cause);

    @Message(id = 753, value = "None of the first %s rows of %s can be used (the first of them: %s); name its "
            + "fields by dataset.question.field, dataset.reasoning.field and dataset.response.field, or choose another "
            + "dataset.file.")
    InvalidInputException noUsableRows(long rows, Path file, String rejection);

    @Message(id = 811, value = "Something unexpected went wrong; the server's log has the details under %s.")
    String unexpectedError(String reference);

    @LogMessage(level = Logger.Level.ERROR)
    @Message(id = 812, value = "A request met an unexpected error, told to the caller as %s.")
    void requestFailed(String reference, @Cause Throwable cause);

    @Message(id = 813, value = "The line '%s' is not of the form name=value; correct it.")
    InvalidInputException lineWithoutEquals(String line);

    @Message(id = 814, value = "The parameter %s is given twice; keep one of the lines.")
    InvalidInputException parameterGivenTwice(String name);

    // ---- 815-839 evaluation ----

    @Message(id = 815, value = "The results of the evaluation in %s cannot be written: %s. Make room or give the "
            + "server's user access, then restart the execution; it goes on from there.")
    RecoverableException evaluationUnwritable(Path path, String reason, @Cause Throwable cause);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 816, value = "The evaluation begins anew: the results in %s are of another model, adapter, dataset "
            + "or other parameters")
    void evaluationBeginsAnew(Path file);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 817, value = "The question of row %s is not asked, as its %s tokens leave no room in the model's "
            + "context of %s; its answer counts as empty")
    void questionNotAsked(long row, int tokens, int context);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 818, value = "The report does not tell of held-out rows that were nearly trained on, since the "
            + "dataset cannot be read any more: %s")
    void duplicatesNotLookedFor(String reason);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 819, value = "The evaluation of %s is complete: %s items; its report is in %s")
    void evaluated(String name, int items, Path folder);

    @Message(id = 820, value = "Row %s of %s is no multiple-choice question: %s. Give each row a question, its options "
            + "and its answer, or leave dataset.format at reasoning for another kind of dataset.")
    InvalidInputException noChoiceQuestion(int row, Path file, String reason);

    @Message(id = 821, value = "None of the %s rows that were read from %s can be evaluated; %s")
    InvalidInputException nothingToEvaluate(long rows, Path file, String advice);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 822, value = "%s rows of %s are no examples and are left out of the evaluation; the first is "
            + "row %s: %s")
    void rowsLeftOutOfEvaluation(long rows, Path file, long row, String reason);

    @Message(id = 823, value = "There is no evaluation %s; GET /medtune/api/evaluations lists them.")
    NotFoundException noSuchEvaluation(long executionId);

    @Message(id = 824, value = "There is no report %s here yet, or no such adapter; a report is written when "
            + "everything has been evaluated, and its files are report.json, report.en.html and report.zh.html.")
    NotFoundException noEvaluationReport(String file);

    @Message(id = 825, value = "The adapter %s was trained on another base model than %s; give the one that it was "
            + "trained on as model.folder.")
    InvalidInputException adapterNotOfModel(Path adapter, Path model);

    @Message(id = 826, value = "The adapter in %s is damaged and is not used: %s. Put its folder back from a backup, "
            + "or move it away and copy the checkpoint of its run there, which has the same files.")
    InvalidInputException adapterDamaged(Path adapter, String damage);

    @Message(id = 850, value = "Port %s is in use by another program; stop that, or move all ports with "
            + "-Dmedtune.port.offset=100.")
    InvalidInputException portTaken(int port);

    @Message(id = 851, value = "The server did not come up; %s says why.")
    RecoverableException serverNotUp(Path log);

    @Message(id = 852, value = "The server refused: %s")
    RecoverableException serverRefused(String detail);

    @Message(id = 853, value = "The job ended %s: %s")
    RecoverableException demoNotCompleted(String status, String exitStatus);

    // ---- 854-899 datasets in tables; models, datasets and adapters of a site; downloads ----

    @Message(id = 854, value = "The dataset %s has no column %s; its columns are %s. Set dataset.question.field, "
            + "dataset.reasoning.field and dataset.response.field to three of them.")
    InvalidInputException datasetLacksColumn(Path file, String column, String columns);

    @Message(id = 855, value = "The row has %s values, but the header names %s columns.")
    String rowOfOtherWidth(int values, int columns);

    @Message(id = 856, value = "The CSV file %s is damaged in row %s, at line %s: %s. Correct the quotes there, or "
            + "convert the file to JSONL, where a damaged row is skipped.")
    InvalidInputException csvDamaged(Path file, long row, int line, String reason, @Cause Throwable cause);

    @Message(id = 857, value = "The Parquet file %s is damaged or of a kind that cannot be read (%s). Write it anew, "
            + "uncompressed or with snappy, gzip, zstd or lz4_raw, or convert it to JSONL.")
    InvalidInputException parquetUnreadable(Path file, String reason, @Cause Throwable cause);

    @Message(id = 858, value = "A row group of the Parquet file %s holds %s MiB of the columns that are read, and at "
            + "most %s MiB fit in memory. Write it anew with smaller row groups.")
    InvalidInputException parquetRowGroupTooLarge(Path file, long mebibytes, long most);

    @Message(id = 859, value = "The repository lists the file '%s' of %s bytes, which could not lie safely in its "
            + "folder. Nothing was fetched; if you trust the repository, fetch it by hand.")
    InvalidInputException repositoryFileUnsafe(String path, long bytes);

    @Message(id = 860, value = "%s answered with the status %s, so %s is private, gated or not there. Accept its terms "
            + "on its page if it has any, and start the server with a token that may read it: HF_TOKEN for "
            + "huggingface, MODELSCOPE_API_TOKEN for modelscope.")
    InvalidInputException hubRefuses(URI address, int status, String repository);

    @Message(id = 861, value = "There is no %s %s with the revision %s at %s (%s is not there). Correct source, kind, "
            + "repository or revision.")
    InvalidInputException repositoryMissing(String kind, String repository, String revision, URI base, URI address);

    @Message(id = 862, value = "The answer of %s is not as expected: %s. Check the parameter base.url, and that no "
            + "proxy answers in the hub's place.")
    InvalidInputException hubAnswerUnexpected(URI address, String reason);

    @Message(id = 863, value = "The download of %s was given up after %s attempts (%s). Check network, proxy and "
            + "hub, then restart the job; it goes on where it was.")
    RecoverableException downloadGivenUp(String what, int attempts, String reason);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 864, value = "%s gave nothing (%s); trying again in %s s, attempt %s of %s")
    void requestTriedAgain(String address, String reason, long seconds, int attempt, int attempts);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 865, value = "The content that came for %s has not the checksum %s, so it is thrown away")
    void contentWrong(String path, String digest);

    @Message(id = 866, value = "The content of %s that comes from %s was wrong %s times. Check that no proxy changes "
            + "it, then restart the job; the files that were right stay.")
    RecoverableException contentWrongAgain(String path, String host, int times);

    @Message(id = 867, value = "None of the %2$s files of %1$s is wanted. Change the patterns include and exclude.")
    InvalidInputException nothingToDownload(String repository, int files);

    @Message(id = 868, value = "%s is there already. Delete it, or give another name.")
    InvalidInputException downloadTargetExists(Path target);

    @Message(id = 869, value = "A proxy that the environment names is not of the form http://host:port. Correct "
            + "https_proxy and http_proxy and start the server anew.")
    InvalidInputException proxyNotUnderstood();

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 870, value = "The download of %s from %s begins: %s files, %s MiB, of which %s MiB are there")
    void downloadBegins(String repository, URI base, int files, long mebibytes, long there);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 871, value = "The download of %s is complete in %s: %s files, %s MiB")
    void downloadComplete(String repository, Path target, int files, long mebibytes);

    @LogMessage(level = Logger.Level.DEBUG)
    @Message(id = 872, value = "A connection could not be closed")
    void connectionNotClosed(@Cause Throwable cause);

    @Message(id = 873, value = "The name '%s' is not allowed. Give up to 150 letters, digits, blanks and signs of "
            + "._()+@-, beginning with a letter or a digit and not ending with a dot or a blank.")
    InvalidInputException nameNotAllowed(String name);

    @Message(id = 874, value = "There is no parameter %s; those of a download are %s.")
    InvalidInputException downloadParameterUnknown(String name, String names);

    @Message(id = 875, value = "%s is being downloaded already; wait for it, or stop and restart that download.")
    ConflictException downloadRunsAlready(Path target);

    @Message(id = 876, value = "Nothing in %s tells which of its fields %s are question, reasoning and response. Name "
            + "them with dataset.question.field, dataset.reasoning.field and dataset.response.field.")
    InvalidInputException fieldsNotKnown(Path file, String columns);

    @Message(id = 877, value = "There is no dataset '%s' below the data folder; list the datasets to see their names.")
    NotFoundException noSuchDataset(String name);

    @Message(id = 878, value = "There is no model '%s' in the models' folder; list the models to see their names.")
    NotFoundException noSuchModel(String name);

    @Message(id = 879, value = "There is no adapter '%s'; list the adapters to see their names.")
    NotFoundException noSuchAdapter(String name);

    @Message(id = 880, value = "There is no upload '%s'; uploads are forgotten after a day. Send the file again.")
    NotFoundException noSuchUpload(String id);

    @Message(id = 881, value = "There is a dataset '%s' already. Delete it, or give another name.")
    ConflictException datasetExists(String name);

    @Message(id = 882, value = "The dataset '%s' cannot be deleted (%s). Give the server's user permission to write "
            + "into the data folder.")
    RecoverableException datasetNotDeleted(String name, String reason, @Cause Throwable cause);

    @Message(id = 883, value = "The file is longer than the %s MiB that are allowed. Put it into the data folder by "
            + "hand, or start the server with a larger MEDTUNE_UPLOAD_MIB.")
    InvalidInputException uploadTooLong(long mebibytes);

    @Message(id = 884, value = "The name '%s' ends with none of %s; give the file one that tells its format.")
    InvalidInputException uploadOfUnknownEnding(String name, String endings);

    @Message(id = 885, value = "The upload ended early, after %s bytes. Send the file again.")
    InvalidInputException uploadIncomplete(long bytes);

    @Message(id = 886, value = "The dataset has no row %s; it has %s rows.")
    InvalidInputException noSuchRow(long row, long rows);

    @Message(id = 887, value = "The download of %s is not complete. Restart the job download, which goes on where it "
            + "was, or delete the hidden folder.")
    String downloadNotComplete(String name);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 888, value = "%s could not be examined")
    void examinationFailed(Path file, @Cause Throwable cause);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 889, value = "The dataset %s, %s bytes, was sent as upload %s")
    void uploadReceived(String name, long bytes, String id);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 890, value = "The upload %s is kept as %s")
    void uploadKept(String id, Path file);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 891, value = "The dataset %s was deleted")
    void datasetDeleted(Path file);

    @Message(id = 892, value = "The dataset '%s' cannot be deleted: execution %s reads it. Stop that first.")
    ConflictException datasetInUse(String name, long executionId);

    @Message(id = 893, value = "The body has %s bytes, and only uploads of datasets may have more than %s. Send less.")
    String bodyTooLong(String length, long most);

    @Message(id = 894, value = "The request does not say how long its body is. Send it with the header Content-Length.")
    String bodyOfUnknownLength();

    @Message(id = 895, value = "There is no room for the upload: it takes %s MiB and %s MiB are free. Free space, then "
            + "send the file again.")
    RecoverableException uploadWithoutRoom(long neededMebibytes, long freeMebibytes);

    // ---- 900-949 logins and safety ----

    @Message(id = 902, value = "The audit log in %s cannot be used (%s); mend that, since nothing is done that cannot "
            + "be recorded.")
    RecoverableException auditLogUnusable(Path folder, String reason, @Cause Throwable cause);

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 903, value = "The audit log's file is full and is now %s; its last line is number %s with the hash "
            + "%s")
    void auditFileFull(Path file, long sequence, String hash);

    @LogMessage(level = Logger.Level.WARN)
    @Message(id = 904, value = "%s ended in the middle of a line, since the server was killed; the %s bytes of it are "
            + "cut off.")
    void auditLineCutOff(Path file, long bytes);

    @Message(id = 905, value = "The file of tokens %s cannot be used (%s); mend that and start the server again.")
    RecoverableException tokensUnusable(Path file, String reason, @Cause Throwable cause);

    @Message(id = 906, value = "A token needs a label of 1 to %s characters, by which its user knows it; give one.")
    InvalidInputException tokenLabelWrong(int longest);

    @Message(id = 907, value = "days is %s; give 0 for a token that never expires, or 1 to %s.")
    InvalidInputException tokenDaysWrong(int days, int most);

    @Message(id = 908, value = "A user has at most %s tokens; revoke those that are not used.")
    InvalidInputException tooManyTokens(int most);

    @Message(id = 909, value = "You have no token %s; list your tokens to see those that there are.")
    NotFoundException noSuchToken(String id);

    @Message(id = 910, value = "The users cannot be read or written (%s); give the server's user permission for "
            + "users/application in MEDTUNE_HOME.")
    RecoverableException usersUnusable(String reason, @Cause Throwable cause);

    @Message(id = 911, value = "There is a user %s already; choose another name, or change that user.")
    ConflictException userThereAlready(String name);

    @Message(id = 912, value = "There is no user %s; list the users to see those that there are.")
    NotFoundException noSuchUser(String name);

    @Message(id = 913, value = "'%s' is no user's name; give 1 to 64 letters, digits, dots, hyphens, underscores or at "
            + "signs, the first of them a letter or a digit.")
    InvalidInputException userNameWrong(String name);

    @Message(id = 914, value = "The password is too short or too long; give at least %s characters, and at most %s "
            + "bytes in UTF-8.")
    InvalidInputException passwordWrong(int shortest, int longestBytes);

    @Message(id = 915, value = "A user needs at least one role; give some of %s.")
    InvalidInputException rolesMissing(String roles);

    @Message(id = 916, value = "'%s' is no role; give some of %s.")
    InvalidInputException roleUnknown(String role, String roles);

    @Message(id = 917, value = "%s is the last administrator; make another user one first.")
    ConflictException lastAdministrator(String name);

    @Message(id = 918, value = "Log in first: open /medtune/login.xhtml in a browser, or send a name and a password "
            + "(Basic) or a token (Bearer) in the header Authorization.")
    String loginNeeded();

    @Message(id = 919, value = "Name, password or token is wrong, or the token was revoked or has expired.")
    String loginWrong();

    @Message(id = 920, value = "Your roles do not allow this; it needs %s. An administrator can give you that role.")
    String roleNeeded(String roles);

    @Message(id = 921, value = "Too many logins have failed; wait %s seconds before the next.")
    String loginsTooOften(long seconds);

    @Message(id = 922, value = "You have asked more than %s questions a minute; wait %s seconds before the next.")
    String questionsTooOften(int most, long seconds);

    @Message(id = 923, value = "This request was made by a page of another site, which may not change anything here.")
    String fromAnotherSite();

    @LogMessage(level = Logger.Level.INFO)
    @Message(id = 924, value = "The first user is %s; the password is in %s. Change it and delete that file.")
    void firstUser(String name, Path file);

    @Message(id = 925, value = "The present password is wrong; give the one that you log in with.")
    InvalidInputException presentPasswordWrong();

    @Message(id = 927, value = "Too many passwords were wrong; wait %s seconds before the next.")
    ConflictException passwordsTooOften(long seconds);

    @LogMessage(level = Logger.Level.ERROR)
    @Message(id = 928, value = "Nobody can be logged in.")
    void loginUnavailable(@Cause Throwable cause);

    @LogMessage(level = Logger.Level.ERROR)
    @Message(id = 929, value = "The chat's model was not loaded at the start: %s")
    void chatModelNotLoaded(String sentence, @Cause Throwable cause);

    @Message(id = 930, value = "There is no %s to log in with; make a token on the account page and set MEDTUNE_TOKEN "
            + "to it.")
    InvalidInputException launcherNotLoggedIn(Path file);

    @LogMessage(level = Logger.Level.ERROR)
    @Message(id = 931, value = "The audit log lacks a line about execution %s: %s")
    void executionNotAudited(long executionId, String sentence, @Cause Throwable cause);

    @Message(id = 932, value = "%s is %s, which lies outside of the folders that may be read: %s. Copy it into one of "
            + "them, or add its folder to MEDTUNE_MORE_FOLDERS and start the server again.")
    InvalidInputException outsideOfInputFolders(String parameter, String given, String folders);

    @Message(id = 940, value = "%s is '%s'; give %s in the server's environment, and start the server again.")
    InvalidInputException settingWrong(String variable, String given, String wanted);

    @Message(id = 926, value = "You are not one of this server's own users and have no password here; change it in "
            + "your directory.")
    ConflictException noPasswordHere();

    @Message(id = 937, value = "A token cannot make another token; send your name and password, or make it on the page "
            + "Account.")
    ConflictException tokenMakesNoToken();

    @Message(id = 933, value = "The provider calls you %s, which is no name here: names have up to 64 letters, digits and "
            + "the signs . _ @ -. Have another claim chosen with MEDTUNE_OIDC_PRINCIPAL.")
    InvalidInputException providerNameWrong(String name);

    @Message(id = 934, value = "This server has a user %s of its own, who need not be you. Log in with that user's "
            + "password, or have an administrator delete that user.")
    ConflictException providerNameTaken(String name);

    @Message(id = 935, value = "The provider gives %s none of the roles %s. Ask whoever manages the provider for one.")
    InvalidInputException providerRolesMissing(String name, String roles);

    @Message(id = 936, value = "The login at the provider was more than a minute ago or has been used before; "
            + "log in again.")
    InvalidInputException providerLoginTooLate();
}
