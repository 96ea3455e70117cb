package org.medtune.evaluation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.interpret.RenderResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The report as a page of its own: styles and plots are in it, it has no script and fetches nothing. What models and
 * datasets say is put in as text, whatever it looks like.
 */
public final class ReportPage {

    /** The languages of a page. */
    public static final List<String> LANGUAGES = List.of("en", "zh");

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String STYLE = resource("report.css");
    private static final Pattern STYLED = Pattern.compile("<style>(.*?)</style>", Pattern.DOTALL);

    private final Jinjava jinjava = new Jinjava(JinjavaConfig.newBuilder()
            .withTrimBlocks(true)
            .withLstripBlocks(true)
            // what a model says is no template
            .withNestedInterpretationEnabled(false)
            .build());

    /** The name of the page's file. */
    public static String fileName(String language) {
        return "report." + language + ".html";
    }

    /**
     * The content security policy that a page keeps to: nothing but its own style. A page that an earlier release has
     * written has that release's style.
     *
     * @param page what {@link #render} has returned
     */
    public static String contentSecurityPolicy(String page) {
        Matcher style = STYLED.matcher(page);
        return policyFor(style.find() ? style.group(1) : "");
    }

    private static String policyFor(String style) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(style.getBytes(StandardCharsets.UTF_8));
            return "default-src 'none'; style-src 'sha256-" + Base64.getEncoder().encodeToString(digest)
                    + "'; base-uri 'none'; form-action 'none'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java platform lacks SHA-256", e);
        }
    }

    /**
     * Renders a report.
     *
     * @param language one of {@link #LANGUAGES}
     */
    public String render(EvaluationReport report, String language) {
        Map<String, Object> values = new HashMap<>();
        Properties texts = texts(language);
        values.put("text", texts);
        values.put("report", MAPPER.convertValue(ReportView.of(report, texts), Map.class));
        values.put("style", STYLE);
        values.put("policy", policyFor(STYLE));
        RenderResult result = jinjava.renderForResult(resource("report.html"), values);
        if (!result.getErrors().isEmpty()) {
            throw new IllegalStateException("report.html: " + result.getErrors().get(0));
        }
        return result.getOutput();
    }

    private static Properties texts(String language) {
        Properties texts = new Properties();
        try {
            texts.load(new StringReader(resource("report_" + language + ".properties")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return texts;
    }

    private static String resource(String name) {
        try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is missing from the application");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
