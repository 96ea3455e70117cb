package org.medtune.web.faces;

import jakarta.batch.runtime.BatchStatus;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Named;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.medtune.ops.RunProgress;

/** The page of one run: the texts for its script, which gets everything else from the REST interface. */
@Named
@RequestScoped
public class RunPage {

    private static final List<String> SCRIPT_TEXTS = List.of("loss", "rate", "norm", "speed", "step", "tokens", "rows",
            "offline", "unknown", "rejected.rows", "rejects.none", "published");

    /** The keys of the texts that its script shows, without {@code run.}. */
    public List<String> getScriptTexts() {
        return SCRIPT_TEXTS;
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
