package org.medtune.web.faces;

import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.medtune.catalogue.DatasetEntry;
import org.medtune.catalogue.Datasets;
import org.medtune.catalogue.ModelEntry;
import org.medtune.catalogue.Models;
import org.medtune.dataset.PromptTemplate;
import org.medtune.ops.FineTuneParameter;

/**
 * The page that starts a run: a field for every parameter that the job has, with the models and datasets that there
 * are. What is typed goes to the REST interface, which checks it and says what the run would take.
 */
@Named
@RequestScoped
public class StartPage {

    private static final List<String> SCRIPT_TEXTS = List.of("memory", "memory.free", "memory.short", "measured",
            "floor", "tokens", "rows", "hours", "minutes", "seconds", "changed");

    @Inject
    private Models models;

    @Inject
    private Datasets datasets;

    private List<StartGroup> groups;

    /** All fields. The catalogue of parameters has them in this order. */
    public List<StartGroup> getGroups() {
        if (groups == null) {
            groups = List.of(
                    group("data", FineTuneParameter.MODEL_FOLDER, FineTuneParameter.PACKING),
                    group("adapter", FineTuneParameter.LORA_R, FineTuneParameter.LOFTQ_ITER),
                    group("training", FineTuneParameter.GRADIENT_CHECKPOINTING, FineTuneParameter.DEVICE_QUEUE),
                    group("keeping", FineTuneParameter.LOGGING_STEPS,
                            FineTuneParameter.values()[FineTuneParameter.values().length - 1]));
        }
        return groups;
    }

    /** The keys, behind {@code start.}, of the texts that the script shows. */
    public List<String> getScriptTexts() {
        return SCRIPT_TEXTS;
    }

    private StartGroup group(String key, FineTuneParameter first, FineTuneParameter last) {
        Locale locale = FacesContext.getCurrentInstance().getViewRoot().getLocale();
        return new StartGroup(key, EnumSet.range(first, last).stream()
                .map(parameter -> StartField.of(parameter, locale, words(parameter))).toList());
    }

    private List<String> words(FineTuneParameter parameter) {
        return switch (parameter) {
            case MODEL_FOLDER -> withDefault(parameter,
                    models.list().stream().filter(ModelEntry::complete).map(ModelEntry::name));
            case DATASET_FILE -> withDefault(parameter, datasets.list().stream()
                    .filter(dataset -> dataset.problem() == null).map(DatasetEntry::name));
            case PROMPT_TEMPLATE -> withDefault(parameter, PromptTemplate.names().stream());
            default -> parameter.words();
        };
    }

    /** The default is in the list even if it is not there: choosing it is refused with a sentence that says so. */
    private static List<String> withDefault(FineTuneParameter parameter, Stream<String> names) {
        return Stream.concat(Stream.of(parameter.defaultText()), names).distinct().toList();
    }
}
