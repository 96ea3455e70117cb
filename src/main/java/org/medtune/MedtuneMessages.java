package org.medtune;

import java.nio.file.Path;
import org.jboss.logging.BasicLogger;
import org.jboss.logging.Logger;
import org.jboss.logging.annotations.Cause;
import org.jboss.logging.annotations.LogMessage;
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
            java.lang.invoke.MethodHandles.lookup(), MedtuneMessages.class, "org.medtune");

    // ---- 1-99 configuration and runs ----

    // ---- 100-199 tensor ----

    @Message(id = 180, value = "The tokenizer file %s cannot be read: %s. Point to a Hugging Face model folder that "
            + "holds a readable tokenizer.json.")
    InvalidInputException unreadableTokenizer(Path file, String reason, @Cause Throwable cause);

    @Message(id = 181, value = "The tokenizer file %s is damaged or of a kind that is not supported: %s. Copy "
            + "tokenizer.json of the model again.")
    InvalidInputException damagedTokenizer(Path file, String reason, @Cause Throwable cause);

    @Message(id = 182, value = "The native tokenizer library cannot be loaded: %s. Install the server module ai.djl "
            + "for this operating system, make DJL's cache folder writable, then restart.")
    RecoverableException tokenizerLibraryMissing(String reason, @Cause Throwable cause);

    // ---- 200-299 model ----

    @Message(id = 240, value = "The file %s cannot be read: %s. Copy it again from the model's source.")
    InvalidInputException unreadableTokenizerConfiguration(Path file, String reason, @Cause Throwable cause);

    @Message(id = 241, value = "The entry %s of %s is %s, but must be %s. Copy the file again from the model's source.")
    InvalidInputException invalidTokenizerConfigurationEntry(String entry, Path file, String value, String expected);

    @Message(id = 242, value = "The token %s, named by %s in %s, is not in the vocabulary of tokenizer.json. The two "
            + "files belong to different models: copy both again from one source.")
    InvalidInputException specialTokenNotInVocabulary(String token, String entry, Path file);

    @Message(id = 243, value = "The model folder %s names no end token: give eos_token in tokenizer_config.json, or "
            + "eos_token_id in generation_config.json or config.json.")
    InvalidInputException noEndOfSentenceToken(Path modelFolder);

    @Message(id = 244, value = "The model in %s has no chat template, so it cannot be chatted with. Use an instruction "
            + "or reasoning model, or add chat_template.jinja to the folder.")
    InvalidInputException noChatTemplate(Path modelFolder);

    @Message(id = 245, value = "The chat template in %s cannot be rendered: %s. Correct the template, or copy "
            + "it again from the model's source.")
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

    // ---- 400-499 dataset ----

    @Message(id = 400, value = "There is no dataset file %s. Give the path of a JSON or JSONL file that exists on the "
            + "server.")
    InvalidInputException datasetMissing(Path file);

    @Message(id = 401, value = "The dataset %s is a folder, but must be a file. Name one JSON or JSONL file in it.")
    InvalidInputException datasetIsFolder(Path file);

    @Message(id = 402, value = "The dataset file %s cannot be opened: %s. Make it readable for the account that the "
            + "server runs as.")
    InvalidInputException datasetUnreadable(Path file, String reason, @Cause Throwable cause);

    @Message(id = 403, value = "The file %s is not UTF-8: byte %s at offset %d is not part of a character. Convert it, "
            + "for instance with: iconv -f GB18030 -t UTF-8")
    InvalidInputException notUtf8(Path file, String octet, long offset);

    @Message(id = 404, value = "The dataset file %s has no rows. Give a file with at least one example.")
    InvalidInputException datasetEmpty(Path file);

    @Message(id = 405, value = "The dataset file %s starts with %s, so it is neither a JSON array ('[') nor JSONL "
            + "('{' in each line). Convert it to one of these.")
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

    @Message(id = 414, value = "The largest sequence length is %d tokens, but must be at least %d: a shorter text has "
            + "no token to predict. Give for instance 2048.")
    InvalidInputException sequenceLengthTooShort(int length, int shortest);

    @Message(id = 415, value = "Reading the file %s failed: %s. Check the disk or the network share that it is on, "
            + "then restart.")
    RecoverableException readingFailed(Path file, String reason, @Cause Throwable cause);

    @Message(id = 416, value = "No row of the dataset has a question in the language '%s'. Choose the language 'any', "
            + "or another dataset.")
    InvalidInputException noRowOfLanguage(String language);

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

    @Message(id = 440, value = "The folder %s cannot be written to: %s. Name a folder that the account of the server "
            + "may write to.")
    InvalidInputException outputFolderNotWritable(Path folder, String reason, @Cause Throwable cause);

    @Message(id = 441, value = "Writing the file %s failed: %s. Free space on that disk, or mend it, then restart.")
    RecoverableException writingFailed(Path file, String reason, @Cause Throwable cause);

    @Message(id = 442, value = "The file %s has %d bytes, but %d had been written when the run stopped. It was changed "
            + "since; start a new run.")
    InvalidInputException outputShorterThanPosition(Path file, long size, long expected);

    @Message(id = 443, value = "The tokenised dataset %s is damaged in line %d: %s. Format the dataset again.")
    InvalidInputException tokenizedDatasetDamaged(Path file, long line, String reason, @Cause Throwable cause);

    @Message(id = 444, value = "The tokenised dataset %s has no rows: no row of the dataset could be used. See the "
            + "file %s beside it for the reasons.")
    InvalidInputException tokenizedDatasetEmpty(Path file, String rejectsFile);

    @Message(id = 445, value = "The tokenised dataset %s cannot be read: %s. Format the dataset again.")
    InvalidInputException tokenizedDatasetUnreadable(Path file, String reason, @Cause Throwable cause);

    @LogMessage(level = Logger.Level.DEBUG)
    @Message(id = 446, value = "The folder %s cannot be synchronised with the disk. This is expected on Windows.")
    void folderNotSynchronised(Path folder, @Cause Throwable cause);

    @LogMessage(level = Logger.Level.DEBUG)
    @Message(id = 447, value = "Closing the file %s failed. Everything up to its last position is on the disk.")
    void closingFailed(Path file, @Cause Throwable cause);

    // ---- 500-599 training ----

    // ---- 600-699 evaluation and generation ----

    // ---- 700-799 batch ----

    // ---- 800-899 web ----
}
