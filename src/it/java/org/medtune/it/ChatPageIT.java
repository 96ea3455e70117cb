package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.dataset.DatasetRow;
import org.medtune.dataset.ExampleReader;
import org.medtune.dataset.FieldNames;
import org.medtune.dataset.RowSelection;
import org.openqa.selenium.ElementNotInteractableException;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.support.ui.Select;

/** The chat page in a real browser, with answers of the real models. */
@ExtendWith({ChromiumInstalled.class, SharedServer.class})
class ChatPageIT {

    private static final String TUTORIAL_QUESTION =
            "一个患有急性阑尾炎的病人已经发病5天，腹痛稍有减轻但仍然发热，在体检时发现右下腹有压痛的包块，此时应如何处理？";
    private static final String WRITING = ".mt-answer[aria-busy=true]";
    private static final String ENDED = ".mt-answer[aria-busy=false]";
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private Browser browser;
    private String page;

    @BeforeAll
    static void train(WildFlyServer server) {
        ScriptAdapter.train(server);
    }

    @BeforeEach
    void open(WildFlyServer server) {
        browser = Browser.open();
        page = server.address() + "chat.xhtml";
        browser.go(page);
        browser.awaitCount("#model option[value=base]", 1);
    }

    @AfterEach
    void close() {
        browser.close();
    }

    @Test
    void showsAnAnswerWhileItIsWritten() {
        // when: there is some of it before its end
        AtomicReference<String> begin = new AtomicReference<>("");
        askUntil("高血压病人应该注意什么？", () -> {
            while (begin.get().isBlank() && browser.all(ENDED).isEmpty()) {
                begin.set(browser.text(WRITING + " :is([data-part=reasoning-text], .mt-content)"));
            }
            return !begin.get().isBlank();
        });

        // then
        browser.awaitCount(ENDED, 1);
        assertThat(browser.text(".mt-answer [data-part=reasoning-text]") + browser.text(".mt-answer .mt-content"))
                .hasSizeGreaterThan(begin.get().strip().length());
        assertThat(browser.text("#announcement")).startsWith("基础模型的回答已完成。");
        assertThat(browser.shown("[role=note]").getText()).contains("不构成医疗建议");
        assertThat(browser.driver().getTitle()).isEqualTo("高血压病人应该注意什么？ · medtune");
    }

    @Test
    void opensTheReasoning() {
        // given
        choose(ScriptAdapter.NAME, false);
        ask("高血压病人应该注意什么？");
        browser.awaitCount(ENDED, 1);
        assertThat(browser.all("[data-part=reasoning-text]").get(0).isDisplayed()).isFalse();

        // when
        browser.click(".mt-answer summary");

        // then
        assertThat(browser.shown("[data-part=reasoning-text]").getText()).isEqualTo(ScriptAdapter.REASONING);
    }

    @Test
    void stopsAndRegenerates() {
        // when
        askUntil("请详细说明糖尿病的全部并发症。", () -> {
            try {
                browser.all("[data-part=stop]").get(0).click();
            } catch (ElementNotInteractableException e) {
                return false;
            }
            browser.awaitCount(ENDED, 1);
            return browser.text(".mt-answer [data-part=state]").contains("已停止");
        });

        // then: what there is of it stays, and another can be asked for
        assertThat(browser.shown(".mt-answer [data-part=state]").getText()).isEqualTo("已停止。");

        // when
        browser.click("[data-part=regenerate]");

        // then
        String state = ".mt-answer [data-part=state]";
        await("another answer").atMost(PATIENCE).until(() -> browser.all(WRITING).size() == 1
                || !browser.text(state).contains("已停止"));
        browser.awaitCount(ENDED, 1);
        assertThat(browser.text(state)).doesNotContain("已停止");
        assertThat(browser.text(".mt-answer [data-part=reasoning-text], .mt-answer .mt-content")).isNotBlank();
    }

    @Test
    void comparesTheBaseModelWithAFineTunedOne() {
        // when: the tutorial's own question
        choose(ScriptAdapter.NAME, true);
        browser.click("#example");
        assertThat(browser.shown("#question").getAttribute("value")).isEqualTo(TUTORIAL_QUESTION);
        browser.click("#ask");
        browser.awaitCount(ENDED, 2);

        // then: side by side
        List<WebElement> answers = browser.all(".mt-answer");
        assertThat(browser.text(".mt-answer [data-part=model]")).isEqualTo("基础模型\n" + ScriptAdapter.NAME);
        assertThat(answers.get(0).getLocation().y).isEqualTo(answers.get(1).getLocation().y);
        assertThat(answers.get(0).getLocation().x).isLessThan(answers.get(1).getLocation().x);
        assertThat(browser.text(".mt-answer:nth-child(1) :is([data-part=reasoning-text], .mt-content)")).isNotBlank();
        assertThat(browser.text(".mt-answer:nth-child(2) .mt-content")).isNotBlank();
        assertThat(browser.shown(".mt-asked").getText()).contains(TUTORIAL_QUESTION);
        assertThat(Accessibility.violations(browser)).isEmpty();
    }

    @Test
    void showsAScriptAsText() {
        choose(ScriptAdapter.NAME, false);
        ask("高血压病人应该注意什么？");
        browser.awaitCount(ENDED, 1);

        assertThat(browser.text(".mt-content")).contains(ScriptAdapter.RESPONSE);
        assertThat(browser.all("#messages script, #messages img")).isEmpty();
        assertThat(browser.driver().getTitle()).startsWith("高血压");
    }

    @Test
    void showsAScriptInAQuestionAsText() {
        choose("base", false);
        ask(ScriptAdapter.RESPONSE);
        browser.awaitCount(ENDED, 1);

        assertThat(browser.text(".mt-asked .mt-text")).isEqualTo(ScriptAdapter.RESPONSE);
        assertThat(browser.text("#conversations a")).startsWith("<script>");
        assertThat(browser.all("#messages script, #messages img, #conversations img")).isEmpty();
        assertThat(browser.driver().getTitle()).startsWith("<script>");
    }

    @Test
    void keepsConversationsAndRatings(@TempDir Path folder) throws IOException {
        // given: a rated answer
        choose(ScriptAdapter.NAME, false);
        ask("冠心病如何诊断？");
        browser.awaitCount(ENDED, 1);
        browser.click("[data-part=up]");
        browser.shown(".mt-comment textarea").sendKeys("很好");
        browser.click(".mt-comment button");
        browser.awaitText("[data-part=saved]", text -> !text.isBlank());

        // when: the page is opened anew, without the conversation's address
        browser.go(page);
        browser.shown("#search").sendKeys("冠心病");
        browser.click("#conversations a");

        // then
        browser.awaitCount(ENDED, 1);
        assertThat(browser.text(".mt-asked .mt-text")).isEqualTo("冠心病如何诊断？");
        assertThat(browser.shown("[data-part=up]").getAttribute("aria-pressed")).isEqualTo("true");
        assertThat(browser.shown(".mt-comment textarea").getAttribute("value")).isEqualTo("很好");

        // and: it can be taken along
        assertThat(browser.fetch(browser.shown("#export-markdown").getAttribute("href")))
                .startsWith("attachment;").contains("# 冠心病如何诊断？", "### " + ScriptAdapter.NAME, "👍 很好");
        String json = browser.fetch(browser.shown("#export-json").getAttribute("href"));
        JsonNode exported = new ObjectMapper().readTree(json.substring(json.indexOf('\n')));
        assertThat(exported.path("messages").get(0).path("content").asText()).isEqualTo("冠心病如何诊断？");
        String rows = browser.fetch(browser.shown("#feedback").getAttribute("href"));
        Path file = Files.writeString(folder.resolve("feedback.jsonl"), rows.substring(rows.indexOf('\n') + 1));
        try (ExampleReader reader = ExampleReader.open(file, FieldNames.DEFAULT, RowSelection.ALL)) {
            assertThat(Stream.generate(reader::next).takeWhile(Optional::isPresent)
                    .map(row -> row.flatMap(DatasetRow::example).orElseThrow().question()).toList())
                    .containsExactly("冠心病如何诊断？");
        }
    }

    @Test
    void renamesAndDeletes() {
        // given
        choose(ScriptAdapter.NAME, false);
        ask("肺炎怎么治疗？");
        browser.awaitCount(ENDED, 1);

        // when
        browser.click("#rename");
        WebElement title = browser.shown("#rename-title");
        title.clear();
        title.sendKeys("我的标题" + Keys.ENTER);

        // then
        browser.awaitText("#conversations a", "我的标题"::equals);
        assertThat(browser.shown("h1").getText()).isEqualTo("我的标题");

        // when
        browser.click("#delete");
        browser.click("#delete-dialog button[value=delete]");

        // then
        browser.awaitNone("#conversations a");
        browser.awaitNone(".mt-answer");
    }

    @Test
    void editsAQuestion() {
        // given
        choose(ScriptAdapter.NAME, false);
        ask("第一个问题");
        browser.awaitCount(ENDED, 1);
        ask("第二个问题");
        browser.awaitCount(ENDED, 2);

        // when
        browser.click(".mt-turn:first-child [data-part=edit]");
        WebElement field = browser.shown("[data-part=edit-form] textarea");
        field.clear();
        field.sendKeys("改过的问题");
        browser.click("[data-part=edit-form] button:not([type])");

        // then
        browser.awaitText(".mt-asked .mt-text", "改过的问题"::equals);
        browser.awaitCount(ENDED, 1);
    }

    @Test
    void canBeUsedWithTheKeyboardAlone() {
        // given: the question has the focus
        choose(ScriptAdapter.NAME, false);
        browser.driver().executeScript("document.activeElement.blur(); document.getElementById('question').focus()");

        // when
        press("哮喘怎么治疗？" + Keys.ENTER);
        browser.awaitCount(ENDED, 1);
        tabBackTo("SUMMARY");
        press(Keys.ENTER);

        // then
        assertThat(browser.shown("[data-part=reasoning-text]").isDisplayed()).isTrue();

        // when: on to the thumb
        for (int i = 0; i < 3; i++) {
            press(Keys.TAB);
        }
        press(Keys.SPACE);

        // then
        browser.awaitCount("[data-part=up][aria-pressed=true]", 1);
        assertThat(focused("outlineStyle")).isNotEqualTo("none");
    }

    @Test
    void freesTheSlotOfAClosedTab() {
        // given: an answer that is being written for a tab
        String first = browser.driver().getWindowHandle();
        browser.driver().switchTo().newWindow(WindowType.TAB);
        browser.go(page);
        browser.awaitCount("#model option[value=base]", 1);
        choose("base", false);
        ask("请详细说明糖尿病的全部并发症。");
        browser.shown(".mt-answer");
        String conversation = browser.driver().getCurrentUrl();

        // when
        browser.driver().close();
        browser.driver().switchTo().window(first);
        choose(ScriptAdapter.NAME, false);
        ask("还有别的问题。");

        // then: others are answered, and nothing of it stays open
        browser.awaitCount(ENDED, 1);
        assertThat(browser.text(".mt-content")).isNotBlank();
        await("the answer's end").atMost(PATIENCE).pollInterval(Duration.ofSeconds(1)).until(() -> {
            browser.go("about:blank");
            browser.go(conversation);
            browser.shown(".mt-answer");
            return browser.all(WRITING).isEmpty();
        });
    }

    @Test
    void showsAnAnswerWholeAfterAReload() {
        // given
        choose("base", false);
        ask("请说明高血压的治疗。");
        browser.shown(".mt-answer");

        // when: in the middle of it
        browser.driver().navigate().refresh();

        // then: the same as is stored at the end
        browser.awaitCount(ENDED, 1);
        String streamed = browser.text("[data-part=reasoning-text], .mt-content");
        browser.driver().navigate().refresh();
        browser.awaitCount(ENDED, 1);
        assertThat(browser.text("[data-part=reasoning-text], .mt-content")).isEqualTo(streamed).isNotBlank();
    }

    @Test
    void speaksTheChosenLanguage() {
        assertThat(browser.shown("#ask").getText()).isEqualTo("提问");

        browser.click(".mt-language");
        browser.awaitText("#ask", "Ask"::equals);
        browser.go(page.replace("chat.xhtml", "runs.xhtml"));

        assertThat(browser.shown("h1").getText()).isEqualTo("Fine-tuning runs");
        browser.click("nav a[href$='chat.xhtml']");
        browser.awaitText("#ask", "Ask"::equals);
    }

    @ParameterizedTest
    @ValueSource(ints = {360, 768, 1440})
    void fitsTheScreen(int width) {
        browser.driver().executeCdpCommand("Emulation.setDeviceMetricsOverride", Map.of(
                "width", width, "height", 800, "deviceScaleFactor", 1, "mobile", false));
        choose(ScriptAdapter.NAME, true);
        ask(TUTORIAL_QUESTION + "x".repeat(200));
        browser.awaitCount(ENDED, 2);

        assertThat(browser.driver().executeScript(
                "return document.documentElement.scrollWidth - document.documentElement.clientWidth")).isEqualTo(0L);
    }

    private void choose(String model, boolean compare) {
        new Select(browser.shown("#model")).selectByValue(model);
        if (browser.all("#compare").get(0).isSelected() != compare && browser.all("#compare").get(0).isEnabled()) {
            browser.click("#compare");
        }
    }

    private void ask(String question) {
        browser.shown("#question").sendKeys(question);
        browser.click("#ask");
    }

    /**
     * Asks the base model, whose answers have no fixed length, until one lasts long enough for something to be done in
     * the middle of it.
     */
    private void askUntil(String question, BooleanSupplier inTheMiddle) {
        await("an answer that is not over at once").atMost(Duration.ofMinutes(3)).pollDelay(Duration.ZERO).until(() -> {
            browser.go("about:blank");
            browser.go(page);
            browser.awaitCount("#model option[value=base]", 1);
            choose("base", false);
            ask(question);
            browser.shown(".mt-answer");
            return inTheMiddle.getAsBoolean();
        });
    }

    private void press(CharSequence keys) {
        new Actions(browser.driver()).sendKeys(keys).perform();
    }

    private void tabBackTo(String tag) {
        for (int i = 0; i < 30 && !focused("tagName").equals(tag); i++) {
            new Actions(browser.driver()).keyDown(Keys.SHIFT).sendKeys(Keys.TAB).keyUp(Keys.SHIFT).perform();
        }
        assertThat(focused("tagName")).isEqualTo(tag);
    }

    private String focused(String property) {
        return (String) browser.driver().executeScript("const e = document.activeElement;"
                + "return e[arguments[0]] ?? getComputedStyle(e)[arguments[0]]", property);
    }
}
