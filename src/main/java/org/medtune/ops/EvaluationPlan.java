package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.medtune.dataset.PromptTemplate;
import org.medtune.evaluation.EvaluationItem;
import org.medtune.evaluation.EvaluationSubject;
import org.medtune.evaluation.NearDuplicates;
import org.medtune.model.ModelFolder;

/**
 * All that an evaluation will do.
 *
 * @param subject    what is told about it
 * @param model      the base model
 * @param adapter    folder of the adapter; empty to evaluate the base model alone
 * @param template   that questions are put into
 * @param items      in their order
 * @param duplicates looks for rows that were nearly trained on; nothing where there is no training to compare with
 */
public record EvaluationPlan(EvaluationSubject subject, ModelChoice model, Optional<Path> adapter,
                             PromptTemplate template, List<EvaluationItem> items,
                             Supplier<Optional<List<NearDuplicates.Pair>>> duplicates) {

    /** Of all that results depend on: those of an earlier execution are gone on from only if they still count. */
    String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(JsonFile.MAPPER.writeValueAsBytes(subject));
            digest.update(JsonFile.MAPPER.writeValueAsBytes(items));
            digest.update(ModelFolder.open(model.folder()).fingerprint().getBytes(StandardCharsets.UTF_8));
            if (adapter.isPresent()) {
                digest.update(Files.readAllBytes(adapter.get().resolve("adapter_config.json")));
                digest.update(Files.readAllBytes(adapter.get().resolve("adapter_model.safetensors")));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java platform lacks SHA-256", e);
        } catch (IOException e) {
            throw MESSAGES.cannotRead(adapter.orElse(model.folder()), e.toString(), e);
        }
    }
}
