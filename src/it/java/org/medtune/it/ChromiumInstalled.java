package org.medtune.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Leaves tests out where there is no Chromium with its driver; the report says so. */
final class ChromiumInstalled implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return find("chromium").isPresent() && find("chromedriver").isPresent()
                ? ConditionEvaluationResult.enabled("chromium and chromedriver are on the path")
                : ConditionEvaluationResult.disabled("the page is not tested in a browser: chromium and chromedriver "
                        + "(Debian's packages chromium and chromium-driver) are not on the path");
    }

    /** A program on the path. */
    static Optional<Path> find(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":")).filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program)).filter(Files::isExecutable).findFirst();
    }
}
