package org.medtune.it;

import com.deque.html.axecore.results.CheckedNode;
import com.deque.html.axecore.results.Rule;
import com.deque.html.axecore.selenium.AxeBuilder;
import java.util.List;

/** What keeps people from using a page, as axe-core finds it by the rules of WCAG 2.1, levels A and AA. */
final class Accessibility {

    private static final List<String> RULES = List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice");

    private Accessibility() {
    }

    /** A line for each rule that the page breaks, with the elements that do; what cannot be decided is left out. */
    static List<String> violations(Browser browser) {
        // the script's other mode opens a window for each page, which is there for foreign frames
        return new AxeBuilder().withTags(RULES).setLegacyMode(true).analyze(browser.driver()).getViolations().stream()
                .map(Accessibility::line).toList();
    }

    private static String line(Rule rule) {
        List<String> elements = rule.getNodes().stream().map(CheckedNode::getHtml).toList();
        return rule.getId() + ": " + rule.getHelp() + " " + elements;
    }
}
