package org.medtune.web.faces;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Named;
import java.util.List;

/** The page that lays runs side by side: the texts for its script, which gets everything else from REST. */
@Named
@RequestScoped
public class ComparePage {

    private static final List<String> SCRIPT_TEXTS = List.of("run", "step", "status", "steps", "time", "speed",
            "first.loss", "last.loss", "nll.before", "nll.after", "adapter", "offline");

    /** The keys, behind {@code compare.}, of the texts that the script shows. */
    public List<String> getScriptTexts() {
        return SCRIPT_TEXTS;
    }
}
