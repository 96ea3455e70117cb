package org.medtune.web.faces;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.medtune.ops.FineTuneParameter;

/** The pages' texts are whole in both languages. */
class TextBundleTest {

    private static final Path BUNDLES = Path.of("src/main/resources/org/medtune/web/faces");
    private static final Pattern SCRIPT_TEXT = Pattern.compile("\\btext\\(\"([a-z.]+)\"");
    private static final Pattern PAGE_TEXT = Pattern.compile("text\\['([a-z.]+)'\\]");

    @Test
    void bothLanguagesHaveTheSameKeys() throws IOException {
        assertThat(keys("Text_zh.properties")).containsExactlyElementsOf(keys("Text.properties"));
    }

    @Test
    void pagesUseTextsThatThereAre() throws IOException {
        ResourceBundle texts = ResourceBundle.getBundle("org.medtune.web.faces.Text", Locale.ENGLISH);
        for (String page : new String[] {
            "catalogue.xhtml", "chat.xhtml", "runs.xhtml", "compare.xhtml", "run.xhtml", "start.xhtml", "error.xhtml",
            "WEB-INF/templates/page.xhtml"}) {
            Matcher matcher = PAGE_TEXT.matcher(Files.readString(Path.of("webapp", page)));
            while (matcher.find()) {
                assertThat(texts.containsKey(matcher.group(1))).as(page + ": " + matcher.group(1)).isTrue();
            }
        }
    }

    @Test
    void scriptsAreGivenEveryTextThatTheyShow() throws IOException {
        assertGiven("chat.js", new ChatPage().getScriptTexts(), "chat.");
        assertGiven("catalogue.js", new CataloguePage().getScriptTexts(), "catalogue.script.");
        assertGiven("run.js", new RunPage().getScriptTexts(), "run.");
        assertGiven("compare.js", new ComparePage().getScriptTexts(), "compare.");
        assertGiven("start.js", new StartPage().getScriptTexts(), "start.");
    }

    @Test
    void everyParameterIsExplainedInChinese() throws IOException {
        assertThat(keys("Explanations_zh.properties")).containsExactlyElementsOf(
                Arrays.stream(FineTuneParameter.values()).map(FineTuneParameter::key).toList());
    }

    private static void assertGiven(String script, List<String> given, String prefix) throws IOException {
        Matcher matcher = SCRIPT_TEXT.matcher(Files.readString(Path.of("webapp/resources/js").resolve(script)));
        ResourceBundle texts = ResourceBundle.getBundle("org.medtune.web.faces.Text", Locale.CHINESE);
        assertThat(matcher.results().map(result -> result.group(1)).filter(key -> !key.endsWith("."))).isNotEmpty()
                .allSatisfy(key -> assertThat(given).contains(key));
        assertThat(given).allSatisfy(key -> assertThat(texts.containsKey(prefix + key)).as(key).isTrue());
    }

    private static Iterable<String> keys(String file) throws IOException {
        return Files.readAllLines(BUNDLES.resolve(file), StandardCharsets.UTF_8).stream()
                .map(line -> line.substring(0, line.indexOf('='))).toList();
    }
}
