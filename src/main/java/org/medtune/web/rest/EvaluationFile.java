package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.medtune.evaluation.ReportPage;
import org.medtune.ops.EvaluationFolder;

/** A file of an evaluation's report as an answer; a page may do nothing but show itself. */
final class EvaluationFile {

    private EvaluationFile() {
    }

    /**
     * The file of a name.
     *
     * @throws org.medtune.NotFoundException if there is no such file, or no folder
     */
    static Response of(Optional<EvaluationFolder> folder, String name) {
        Path file = folder.flatMap(found -> found.file(name)).orElseThrow(() -> MESSAGES.noEvaluationReport(name));
        if (name.equals(EvaluationFolder.REPORT)) {
            return Response.ok(file.toFile(), MediaType.APPLICATION_JSON_TYPE).build();
        }
        String page = read(file);
        return Response.ok(page, MediaType.TEXT_HTML_TYPE.withCharset("UTF-8"))
                .header("Content-Security-Policy", ReportPage.contentSecurityPolicy(page) + "; frame-ancestors 'none'")
                .header("X-Content-Type-Options", "nosniff").build();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
