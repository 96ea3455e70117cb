package org.medtune.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MarkdownRendererTest {

    @Test
    void rendersWhatModelsWrite() {
        String html = MarkdownRenderer.html("""
                # 处理

                先**抗感染**：
                再观察

                3. 卧床

                | 指标 | 值 |
                |---|--:|
                | 体温 | 38 |

                ```
                a < b
                ```
                [指南](https://example.org/?a=1&b=2)
                """);

        assertThat(html).contains("<h3>处理</h3>", "先<strong>抗感染</strong>：<br>再观察", "<ol start=\"3\">",
                "<td align=\"right\">38</td>", "a &lt; b");
        assertThat(Jsoup.parse(html).selectFirst("a").attr("href")).isEqualTo("https://example.org/?a=1&b=2");
        assertThat(Jsoup.parse(html).selectFirst("a").attr("rel")).isEqualTo("noopener noreferrer nofollow");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "<script>alert(1)</script>",
        "text <script>alert(1)</script> text",
        "<img src=x onerror=alert(1)>",
        "text <img src=x onerror=\"alert(1)\"> text",
        "<svg/onload=alert(1)>",
        "<iframe src=\"javascript:alert(1)\"></iframe>",
        "<a href=\"javascript:alert(1)\" onclick=alert(1)>x</a>",
        "`<b onmouseover=alert(1)>`",
        "<style>@import 'http://example.org'</style>",
        "<!-- <b> --> <form action=x><input></form>",
        "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    })
    void showsHtmlAsText(String markdown) {
        Document document = Jsoup.parseBodyFragment(MarkdownRenderer.html(markdown));

        assertThat(document.select("script, img, svg, iframe, style, form, input, b, a")).isEmpty();
        assertThat(document.body().getAllElements()).allSatisfy(element ->
                assertThat(element.attributes().asList()).allSatisfy(attribute ->
                        assertThat(attribute.getKey()).doesNotStartWith("on")));
        assertThat(document.body().wholeText()).contains(markdown.contains("|---|") ? "<script>alert(1)</script>"
                : markdown.replace("`", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](data:text/html,y)",
        "<javascript:alert(1)>", "[x](vbscript:y)", "[x](file:///etc/passwd)"})
    void leavesOutAddressesThatAreNoPages(String markdown) {
        assertThat(Jsoup.parseBodyFragment(MarkdownRenderer.html(markdown)).select("a[href]")).isEmpty();
    }

    @Test
    void fetchesNoImages() {
        assertThat(MarkdownRenderer.html("![a scan](https://example.org/x.png)")).isEqualTo("<p>a scan</p>\n");
    }

    @Test
    void canBeAskedAtAnyMomentOfAnAnswer() {
        String whole = "## 一\n\n- **a** `b`\n\n| x | y |\n|---|---|\n| <script>1</script> | [l](https://e.org) |\n";

        for (int end = 0; end <= whole.length(); end++) {
            Document document = Jsoup.parseBodyFragment(MarkdownRenderer.html(whole.substring(0, end)));
            assertThat(document.select("script")).isEmpty();
        }
    }
}
