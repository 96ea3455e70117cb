package org.medtune;

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
            java.lang.invoke.MethodHandles.lookup(), MedtuneMessages.class, "org.medtune");

    // ---- 1-99 configuration and runs ----

    // ---- 100-199 tensor ----

    @Message(id = 180, value = "The tokenizer file %s cannot be read: %s. Point to a Hugging Face model folder that "
            + "holds a readable tokenizer.json.")
    InvalidInputException unreadableTokenizer(Path file, String reason, @Cause Throwable cause);

    @Message(id = 181, value = "The tokenizer file %s is damaged or of a kind that is not supported: %s. Copy "
            + "tokenizer.json of the model again.")
    InvalidInputException damagedTokenizer(Path file, String reason, @Cause Throwable cause);

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

    @Message(id = 245, value = "The chat template in %s cannot be rendered: line %d: %s. Correct the template, or copy "
            + "it again from the model's source.")
    InvalidInputException chatTemplateFails(String source, int line, String reason, @Cause Throwable cause);

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

    // ---- 500-599 training ----

    // ---- 600-699 evaluation and generation ----

    // ---- 700-799 batch ----

    // ---- 800-899 web ----
}
