package org.medtune.conversation;

import java.util.List;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.TextNode;
import org.jsoup.safety.Cleaner;
import org.jsoup.safety.Safelist;

/**
 * Makes HTML of a model's Markdown (CommonMark with GitHub's tables). A model may write anything, so HTML in its text
 * is shown as text, and what remains must pass a list of harmless elements. Images become their description: a page
 * that fetched them would tell another server what is being read. Headings go down two levels, below those of the page.
 */
public final class MarkdownRenderer {

    private static final List<Extension> EXTENSIONS = List.of(TablesExtension.create());
    private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).build();
    private static final HtmlRenderer RENDERER = HtmlRenderer.builder().extensions(EXTENSIONS)
            .escapeHtml(true).sanitizeUrls(true).softbreak("<br />").build();
    private static final Safelist HARMLESS = new Safelist()
            .addTags("a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
                    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul")
            .addAttributes("a", "href", "title")
            .addAttributes("ol", "start")
            .addAttributes("td", "align")
            .addAttributes("th", "align")
            .addProtocols("a", "href", "http", "https")
            .addEnforcedAttribute("a", "rel", "noopener noreferrer nofollow")
            .addEnforcedAttribute("a", "target", "_blank");
    private static final int LEVELS_DOWN = 2;
    private static final int LOWEST_LEVEL = 6;

    private MarkdownRenderer() {
    }

    /** HTML that is safe to put into a page. */
    public static String html(String markdown) {
        Document document = Jsoup.parseBodyFragment(RENDERER.render(PARSER.parse(markdown)));
        for (Element image : document.select("img")) {
            image.replaceWith(new TextNode(image.attr("alt")));
        }
        for (Element heading : document.select("h1, h2, h3, h4, h5, h6")) {
            int level = heading.tagName().charAt(1) - '0';
            heading.tagName("h" + Math.min(level + LEVELS_DOWN, LOWEST_LEVEL));
        }
        Document clean = new Cleaner(HARMLESS).clean(document);
        clean.outputSettings().prettyPrint(false);
        return clean.body().html();
    }
}
