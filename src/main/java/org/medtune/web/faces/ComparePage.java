package org.medtune.web.faces;

import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Named;
import java.util.Arrays;
import java.util.List;
import java.util.ResourceBundle;
import org.medtune.evaluation.Measure;

/** The page that lays runs side by side: the texts for its script, which gets everything else from REST. */
@Named
@RequestScoped
public class ComparePage {

    private static final List<String> SCRIPT_TEXTS = List.of("run", "step", "status", "steps", "time", "speed",
            "first.loss", "last.loss", "nll.before", "nll.after", "adapter");

    /**
     * A figure of an evaluation.
     *
     * @param name  by which a run's report has it
     * @param label what it is called
     */
    public record MeasureName(String name, String label) {
    }

    /** What evaluations measure, called as in their reports, in the page's language. */
    public List<MeasureName> getMeasures() {
        ResourceBundle texts = ResourceBundle.getBundle("org.medtune.evaluation.report",
                FacesContext.getCurrentInstance().getViewRoot().getLocale());
        return Arrays.stream(Measure.values())
                .map(measure -> new MeasureName(measure.name(), texts.getString(measure.name()))).toList();
    }

    /** The keys, behind {@code compare.}, of the texts that the script shows. */
    public List<String> getScriptTexts() {
        return SCRIPT_TEXTS;
    }
}
