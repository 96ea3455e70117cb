package org.medtune.web.faces;

import jakarta.batch.runtime.BatchStatus;
import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Named;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.medtune.ops.FineTuneParameter;
import org.medtune.ops.RunProgress;

/** The page of one run: the texts for its script, which gets everything else from the REST interface. */
@Named
@RequestScoped
public class RunPage {

    private static final List<String> SCRIPT_TEXTS = List.of("loss", "rate", "norm", "speed", "step", "tokens", "rows",
            "offline", "unknown", "rejected.rows", "rejects.none", "published",
            "queue");

    /** The keys of the texts that its script shows, without {@code run.}. */
    public List<String> getScriptTexts() {
        return SCRIPT_TEXTS;
    }

    /** A field for each parameter that a run may have another value of when it goes on. */
    public List<StartField> getChangeable() {
        Locale locale = FacesContext.getCurrentInstance().getViewRoot().getLocale();
        return Stream.of(FineTuneParameter.values())
                .filter(parameter -> parameter.atRestart() != FineTuneParameter.AtRestart.FIXED)
                .map(parameter -> StartField.of(parameter, locale, parameter.words())).toList();
    }

    /** The keys of the names of states and phases, which the table of runs shows too. */
    public List<String> getStateTexts() {
        return Stream.of(
                Arrays.stream(BatchStatus.values()).map(status -> "status." + status.name()),
                Stream.of("status.INTERRUPTED"),
                Arrays.stream(RunProgress.Phase.values()).map(phase -> "phase." + phase.name()))
                .flatMap(keys -> keys).toList();
    }
}
