package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.medtune.evaluation.EvaluationReport;
import org.medtune.evaluation.ReportPage;

/**
 * The files of one evaluation: {@code results.jsonl}, and at its end {@code report.json} with a page in each language.
 *
 * @param path the folder
 */
public record EvaluationFolder(Path path) {

    /** The report's file. */
    public static final String REPORT = "report.json";

    /** All files of a report. */
    static final List<String> REPORT_FILES = List.of(REPORT, ReportPage.fileName("en"), ReportPage.fileName("zh"));

    /** One line an item. */
    Path results() {
        return path.resolve("results.jsonl");
    }

    /** What was found, once everything has been evaluated. */
    public JsonFile<EvaluationReport> report() {
        return new JsonFile<>(path.resolve(REPORT), EvaluationReport.class);
    }

    /** A file of the report, if there is one of that name. */
    public Optional<Path> file(String name) {
        return Optional.of(name).filter(REPORT_FILES::contains).map(path::resolve).filter(Files::isRegularFile);
    }

    /** Makes the folder, if it is not there. */
    EvaluationFolder create() {
        try {
            Files.createDirectories(path);
            return this;
        } catch (IOException e) {
            throw MESSAGES.evaluationUnwritable(path, e.toString(), e);
        }
    }

    /** Writes the pages, and then the report: whoever finds it finds them all. */
    void write(EvaluationReport report) {
        ReportPage page = new ReportPage();
        try {
            for (String language : ReportPage.LANGUAGES) {
                Path file = path.resolve(ReportPage.fileName(language));
                Path unfinished = path.resolve("." + file.getFileName() + ".tmp");
                try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                    Channels.newOutputStream(channel).write(
                            page.render(report, language).getBytes(StandardCharsets.UTF_8));
                    channel.force(true);
                }
                Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
            report().write(report);
        } catch (IOException e) {
            throw MESSAGES.evaluationUnwritable(path, e.toString(), e);
        }
    }
}
