package org.medtune.web.faces;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Pages name the versions of WebJars, which the build chooses. */
class WebJarTest {

    private static final Pattern RESOURCE = Pattern.compile("library=\"webjars\" name=\"([^\"]+)\"");

    @Test
    void pagesNameFilesThatTheBuildPacks() throws IOException {
        List<MatchResult> named =
                RESOURCE.matcher(Files.readString(Path.of("webapp/run.xhtml"))).results().toList();

        assertThat(named).isNotEmpty().allSatisfy(resource -> assertThat(
                getClass().getResource("/META-INF/resources/webjars/" + resource.group(1))).isNotNull());
    }
}
