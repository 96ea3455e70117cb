package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.interactions.Actions;

@DisplayName("Every page can be used by everybody")
@ExtendWith({SharedServer.class, ChromiumInstalled.class})
class AccessibilityIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final List<String> PAGES = List.of("runs.xhtml", "start.xhtml", "catalogue.xhtml", "chat.xhtml",
            "account.xhtml", "users.xhtml", "audit.xhtml", "run.xhtml?execution=0", "compare.xhtml?ids=0");

    /** What takes the keyboard's focus; of radio buttons only one of a group does. */
    private static final String OPERATED = """
            const operated =
                [...document.querySelectorAll('a[href], button, input, select, textarea, summary')].filter(
                    element => element.checkVisibility({visibilityProperty: true}) && !element.disabled
                        && element.tabIndex >= 0 && (element.type !== 'radio' || element.checked));
            """;
    private static final String NAMES = OPERATED + "return operated.map(element => element.outerHTML);";
    private static final String FOCUS_FIRST = OPERATED + "operated[0].focus();";
    /** Where the focus is among them, and how that is shown. A table that is read anew has new elements. */
    private static final String FOCUSED = OPERATED + """
            const focused = document.activeElement;
            return operated.indexOf(focused) + ' ' + getComputedStyle(focused).outlineStyle
                + ' ' + focused.tagName;
            """;

    private Browser browser;

    @BeforeEach
    void open() {
        browser = Browser.open();
    }

    @AfterEach
    void close() {
        browser.close();
    }

    @ParameterizedTest
    @DisplayName("by the rules of WCAG: light and dark, in a window and on a phone")
    @CsvSource({"light, 1440", "dark, 360"})
    void rules(String scheme, int width, WildFlyServer server) {
        // given
        browser.show(width, 900, scheme);
        browser.driver().get(server.address() + "login.xhtml");
        assertThat(Accessibility.violations(browser)).as("login.xhtml").isEmpty();
        logIn(server);

        for (String page : PAGES) {
            // when
            open(server, page);

            // then
            assertThat(Accessibility.violations(browser)).as(page).isEmpty();
        }
    }

    @Test
    @DisplayName("by the keyboard alone, and shows where that is")
    void keyboard(WildFlyServer server) {
        // given
        logIn(server);

        for (String page : PAGES) {
            open(server, page);
            if (page.equals("chat.xhtml")) {
                // the question has the focus as soon as the models are known
                browser.shown("#question:focus");
            }
            List<?> operated = (List<?>) browser.driver().executeScript(NAMES);
            assertThat(operated).as(page).isNotEmpty();

            browser.driver().executeScript(FOCUS_FIRST);
            for (int i = 1; i < operated.size(); i++) {
                // when
                String focused = tab();
                while (focused.startsWith("-1 ") && !focused.endsWith("BODY")) {
                    // a table that is wider than its window can be scrolled
                    focused = tab();
                }

                // then
                assertThat(focused).as("%s: %s", page, operated.get(i)).matches(i + " (auto|solid) .*");
            }
        }
    }

    @Test
    @DisplayName("by the keyboard also where a table is read anew every other second")
    void focusStays(WildFlyServer server) {
        // given
        RestClient rest = server.rest();
        long run = rest.postJson("api/jobs", """
                {"max.steps": 2, "warmup.steps": 1, "dataset.rows": 20, "max.seq.length": 64,
                 "evaluation.max.new.tokens": 1}""")
                .json().path("executionId").asLong();
        rest.awaitEnd(run, PATIENCE);
        logIn(server);

        for (String link : List.of("a.mt-number", "a[href$='/metrics']", "a[href$='/report']",
                "a[href*='/evaluation/']")) {
            // when
            open(server, "runs.xhtml");
            browser.shown("tr " + link);
            String address = (String) browser.driver().executeScript("""
                    const link = document.querySelector(arguments[0]);
                    link.closest('tr').classList.add('before');
                    link.focus();
                    return link.href;""", "tr " + link);
            browser.awaitNone("tr.before");

            // then
            assertThat(browser.driver().executeScript("return document.activeElement.href")).isEqualTo(address);
        }
    }

    /** Opens a page; that of an error has a heading too, and is none of those that are meant. */
    private void open(WildFlyServer server, String page) {
        browser.driver().get(server.address() + page);
        browser.shown("h1");
        assertThat(browser.all("body.mt-page-error, body.mt-page-login")).as("%s is no page of its own", page).isEmpty();
    }

    private String tab() {
        new Actions(browser.driver()).sendKeys(Keys.TAB).perform();
        return (String) browser.driver().executeScript(FOCUSED);
    }

    private void logIn(WildFlyServer server) {
        browser.driver().get(server.address() + "runs.xhtml");
        browser.logIn(Login.make(URI.create(server.address()), "administrator"));
        browser.shown("h1");
    }
}
