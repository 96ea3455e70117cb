package org.medtune.web.faces;

import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.application.FacesMessage;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.text.MessageFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.medtune.MedtuneException;
import org.medtune.batch.DatasetDeletion;
import org.medtune.batch.DownloadControl;
import org.medtune.batch.JobControl;
import org.medtune.catalogue.AdapterEntry;
import org.medtune.catalogue.Adapters;
import org.medtune.catalogue.DatasetEntry;
import org.medtune.catalogue.Datasets;
import org.medtune.catalogue.DownloadRequest;
import org.medtune.catalogue.Downloads;
import org.medtune.catalogue.ModelEntry;
import org.medtune.catalogue.Models;
import org.medtune.dataset.PromptTemplate;

/** The page of models, datasets and adapters: what it shows, and what its buttons do. Uploads are its script's. */
@Named
@RequestScoped
public class CataloguePage {

    private static final int DOWNLOADS_SHOWN = 10;
    private static final List<String> SCRIPT_TEXTS = List.of("sending", "reading", "rows", "rejected", "row", "tokens",
            "cut", "kept", "discarded", "no.file", "field.question", "field.reasoning", "field.response",
            "delete.question");

    @Inject
    private Models models;

    @Inject
    private Datasets datasets;

    @Inject
    private Adapters adapters;

    @Inject
    private DatasetDeletion deletion;

    @Inject
    private DownloadControl control;

    @Inject
    private JobControl jobs;

    @Inject
    private Downloads downloads;

    private final Map<String, String> download = new LinkedHashMap<>();

    /** Faces asks for a list many times while it shows a page. */
    private List<ModelEntry> modelList;
    private List<DatasetEntry> datasetList;
    private List<AdapterEntry> adapterList;

    /** The base models. */
    public List<ModelEntry> getModels() {
        if (modelList == null) {
            modelList = models.list();
        }
        return modelList;
    }

    /** The datasets. */
    public List<DatasetEntry> getDatasets() {
        if (datasetList == null) {
            datasetList = datasets.list();
        }
        return datasetList;
    }

    /** The published adapters. */
    public List<AdapterEntry> getAdapters() {
        if (adapterList == null) {
            adapterList = adapters.list();
        }
        return adapterList;
    }

    /** The newest downloads. */
    public List<DownloadRow> getDownloads() {
        return control.list(0, DOWNLOADS_SHOWN).stream()
                .map(execution -> DownloadRow.of(execution, downloads.find(execution.run().instanceId()))).toList();
    }

    /** Names of prompt templates. */
    public List<String> getTemplates() {
        return PromptTemplate.names();
    }

    /** The keys, behind {@code catalogue.}, of the texts that the script shows. */
    public List<String> getScriptTexts() {
        return SCRIPT_TEXTS;
    }

    /** What is typed of a download, by the job's parameters. */
    public Map<String, String> getDownload() {
        if (download.isEmpty()) {
            DownloadRequest.PARAMETERS.all()
                    .forEach(parameter -> download.put(parameter.key(), parameter.defaultText()));
        }
        return download;
    }

    /** Starts a download. */
    public void start() {
        tell("catalogue.started", () -> {
            Map<String, String> given = new LinkedHashMap<>(download);
            given.values().removeIf(value -> value == null || value.isBlank());
            return Long.toString(control.start(given));
        });
    }

    /** Asks a download to stop. */
    public void stop(long executionId) {
        tell("catalogue.stopping", () -> {
            jobs.stop(executionId);
            return Long.toString(executionId);
        });
    }

    /** Lets a download go on where it was. */
    public void restart(long executionId) {
        tell("catalogue.restarted", () -> Long.toString(jobs.restart(executionId)));
    }

    /** Deletes a dataset. */
    public void delete(String name) {
        tell("catalogue.deleted", () -> {
            deletion.delete(name);
            datasetList = null;
            return name;
        });
    }

    /** Names in one line. */
    public String names(List<String> names) {
        return String.join(", ", names);
    }

    /** Such as 1.4 GiB, in the page's language. */
    public String size(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        int unit = 0;
        double size = bytes;
        while (size >= 1024 && unit < units.length - 1) {
            size /= 1024;
            unit++;
        }
        return String.format(locale(), unit == 0 ? "%.0f %s" : "%.1f %s", size, units[unit]);
    }

    /** Such as 7.6 B or 12.6 M, as models' names have it. */
    public String count(Long parameters) {
        if (parameters == null) {
            return null;
        }
        return parameters >= 1_000_000_000 ? String.format(locale(), "%.1f B", parameters / 1e9)
                : String.format(locale(), "%.1f M", parameters / 1e6);
    }

    private static Locale locale() {
        return FacesContext.getCurrentInstance().getViewRoot().getLocale();
    }

    private static void tell(String key, Supplier<String> action) {
        FacesContext faces = FacesContext.getCurrentInstance();
        try {
            String pattern = faces.getApplication().getResourceBundle(faces, "text").getString(key);
            String sentence = MessageFormat.format(pattern, action.get());
            faces.addMessage(null, new FacesMessage(FacesMessage.SEVERITY_INFO, sentence, null));
        } catch (MedtuneException e) {
            faces.addMessage(null, new FacesMessage(FacesMessage.SEVERITY_ERROR, e.getMessage(), null));
        }
    }
}
