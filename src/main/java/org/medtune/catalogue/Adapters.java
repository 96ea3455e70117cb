package org.medtune.catalogue;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.medtune.InvalidInputException;
import org.medtune.NotFoundException;
import org.medtune.adapter.AdapterFolder;
import org.medtune.adapter.AdapterRecord;
import org.medtune.adapter.LoraConfiguration;
import org.medtune.model.Projection;
import org.medtune.ops.EvaluationFolder;
import org.medtune.ops.MedtuneHome;

/**
 * The published adapters of a site.
 *
 * @param home   where they are
 * @param models what they may have been trained on
 */
public record Adapters(MedtuneHome home, Models models) {

    private static final JsonMapper MAPPER = new JsonMapper();

    /** All of them by name. */
    public List<AdapterEntry> list() {
        Map<String, String> bases = new HashMap<>();
        models.list().stream().filter(model -> model.fingerprint() != null)
                .forEach(model -> bases.putIfAbsent(model.fingerprint(), model.name()));
        Map<String, Long> runs = runs();
        return folders(home.adapters()).filter(folder -> RootFolder.isName(name(folder)))
                .map(folder -> entry(folder, bases, runs)).toList();
    }

    /**
     * One of them.
     *
     * @throws NotFoundException if there is none of that name
     */
    public AdapterEntry find(String name) {
        return list().stream().filter(adapter -> adapter.name().equals(name)).findFirst()
                .orElseThrow(() -> MESSAGES.noSuchAdapter(name));
    }

    /** Where the evaluation of an adapter is; its folder may hold none. Nothing for what can be no name. */
    public Optional<EvaluationFolder> evaluation(String name) {
        return Optional.of(name).filter(RootFolder::isName).map(home.adapters()::resolve).map(EvaluationFolder::new);
    }

    private static AdapterEntry entry(Path folder, Map<String, String> bases, Map<String, Long> runs) {
        long bytes = FolderSize.of(folder);
        Instant modified = FolderSize.modified(folder);
        Long run = runs.get(name(folder));
        try {
            AdapterFolder adapter = AdapterFolder.open(folder);
            LoraConfiguration lora = adapter.configuration();
            AdapterRecord about = adapter.adapterRecord();
            return new AdapterEntry(name(folder), bytes, modified, lora.r(), lora.alpha(),
                    lora.targetModules().stream().map(Projection::moduleName).sorted().toList(),
                    known(adapter.baseModel()), bases.get(about.baseModel()), about.step() == 0 ? null : about.step(),
                    known(about.baseQuantization()), known(about.promptTemplate()), run, true, null);
        } catch (InvalidInputException e) {
            return new AdapterEntry(name(folder), bytes, modified, null, null, List.of(), null, null, null, null, null,
                    run, false, e.getMessage());
        }
    }

    private static String known(String text) {
        return text.isEmpty() ? null : text;
    }

    /** Which run has published which adapter, as the runs' reports tell. */
    private Map<String, Long> runs() {
        Map<String, Long> runs = new HashMap<>();
        folders(home.runs()).forEach(folder -> {
            try {
                JsonNode report = MAPPER.readTree(folder.resolve("report.json").toFile());
                JsonNode run = MAPPER.readTree(folder.resolve("run.json").toFile());
                if (run.path("instanceId").isIntegralNumber()) {
                    runs.put(report.path("adapter").path("name").asText(), run.path("instanceId").asLong());
                }
            } catch (IOException e) {
                // a run without a report has published nothing
            }
        });
        return runs;
    }

    private static Stream<Path> folders(Path parent) {
        if (!Files.isDirectory(parent)) {
            return Stream.empty();
        }
        try (Stream<Path> children = Files.list(parent)) {
            return children.filter(Files::isDirectory).sorted(Comparator.comparing(Adapters::name)).toList().stream();
        } catch (IOException e) {
            throw MESSAGES.cannotRead(parent, e.toString(), e);
        }
    }

    private static String name(Path folder) {
        return folder.getFileName().toString();
    }
}
