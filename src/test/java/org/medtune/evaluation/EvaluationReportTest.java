package org.medtune.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.evaluation.EvaluationItem.Kind;
import org.medtune.evaluation.ItemResult.OfModel;
import org.medtune.evaluation.RowLikelihood.Part;

@DisplayName("The report of an evaluation")
class EvaluationReportTest {

    private static final String HOSTILE = "</style><script>alert('1')</script>&{{ report }}{% raw %}<img src=x>";
    private static final EvaluationSubject SUBJECT = new EvaluationSubject("fine-tune-3", "2026-01-02T03:04:05Z",
            "tiny", "checkpoint-60", "rows.jsonl", true, "medical-reasoning", 128, "CPU, fp32", 3407);

    @TempDir
    private Path folder;

    @Test
    @DisplayName("has figures by part, of all tokens together, and of answered rows only where answers count")
    void figures() {
        // given: two rows of different length, of which one was answered
        List<ItemResult> results = List.of(
                new ItemResult(0, Kind.SAMPLE, 0, "q", null, null, answered("x</think>y", false), answered("z", true)),
                row(1, model(new RowLikelihood(new Part(2, 2), new Part(30, 10), new Part(8, 4)), "想</think>好的", true),
                        model(new RowLikelihood(new Part(2, 2), new Part(20, 10), new Part(4, 4)), "想想", false)),
                row(2, new OfModel(new RowLikelihood(new Part(1, 1), new Part(2, 2), new Part(0, 0)), null),
                        new OfModel(new RowLikelihood(new Part(1, 1), new Part(2, 2), new Part(0, 0)), null)));

        // when
        EvaluationReport report = EvaluationReport.of(SUBJECT, results, Optional.empty());

        // then
        Figure reasoning = report.figure(Measure.NLL_REASONING).orElseThrow();
        assertThat(reasoning.base()).isCloseTo(32 / 12.0, within(1e-12));
        assertThat(reasoning.difference()).isCloseTo(-10 / 12.0, within(1e-12));
        assertThat(reasoning.items()).isEqualTo(2);
        assertThat(reasoning.interval().low()).isLessThan(reasoning.difference());
        assertThat(report.figure(Measure.PERPLEXITY_REASONING).orElseThrow().base())
                .isCloseTo(Math.exp(32 / 12.0), within(1e-9));
        // the second row was cut before its answer, so there is one, and no interval
        assertThat(report.figure(Measure.NLL_ANSWER)).contains(
                new Figure(Measure.NLL_ANSWER, 1, 2.0, 1.0, -1.0, null));
        assertThat(report.figure(Measure.ENDED)).contains(new Figure(Measure.ENDED, 1, 1.0, 0.0, -1.0, null));
        assertThat(report.figure(Measure.THINK_FORMAT)).contains(
                new Figure(Measure.THINK_FORMAT, 1, 1.0, 0.0, -1.0, null));
        assertThat(report.figure(Measure.ROUGE_L)).contains(new Figure(Measure.ROUGE_L, 1, 1.0, 0.0, -1.0, null));
        assertThat(report.figure(Measure.ACCURACY)).isEmpty();
        assertThat(report.rows()).extracting(EvaluationReport.RowNll::row).containsExactly(1L, 2L);
        assertThat(report.sample().orElseThrow().base().answer().content()).isEqualTo("y");
    }

    @Test
    @DisplayName("counts unanswered questions as wrong, and takes the better of first and last mentions")
    void accuracy() {
        ChoiceQuestion question = new ChoiceQuestion("?", List.of("x", "y", "z"), "B");
        List<ItemResult> results = List.of(choice(1, question, "r</think>A, no: B"), choice(2, question, "r</think>B"),
                choice(3, question, "the answer is B"), choice(4, question, "r</think>C"));

        EvaluationReport report = EvaluationReport.of(SUBJECT, results, Optional.empty());

        assertThat(report.figure(Measure.ACCURACY)).contains(new Figure(Measure.ACCURACY, 4, 0.5, null, null, null));
        assertThat(report.figure(Measure.UNANSWERED).orElseThrow().base()).isEqualTo(0.25);
        assertThat(report.figure(Measure.NLL)).isEmpty();
    }

    @Test
    @DisplayName("keeps the think format with reasoning, one closing tag and an answer")
    void thinkFormat() {
        assertThat(new GeneratedAnswer("a</think>b", 1, true).keepsThinkFormat()).isTrue();
        assertThat(new GeneratedAnswer("<think>a</think>b", 1, true).keepsThinkFormat()).isTrue();
        for (String text : List.of("", "a", "a</think>", "</think>b", "a</think>b</think>c", "a<think>a</think>b")) {
            assertThat(new GeneratedAnswer(text, 1, true).keepsThinkFormat()).as(text).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "zh"})
    @DisplayName("is a page of its own, in which models and datasets say nothing but text")
    void page(String language) throws Exception {
        // given
        RowLikelihood likelihood = new RowLikelihood(new Part(2, 2), new Part(30, 10), new Part(8, 4));
        List<ItemResult> results = List.of(
                new ItemResult(0, Kind.ROW, 1, HOSTILE, HOSTILE, null, model(likelihood, HOSTILE + "</think>" + HOSTILE,
                        true), model(likelihood, "a</think>" + HOSTILE, true)),
                row(2, model(likelihood, "a</think>b", true), model(likelihood, "", false)));
        EvaluationSubject subject =
                new EvaluationSubject(HOSTILE, "", HOSTILE, HOSTILE, HOSTILE, true, "t", 1, "CPU", 1);
        NearDuplicates.Pair pair = new NearDuplicates.Pair(1, HOSTILE, 2, HOSTILE, 1);

        // when
        String page = new ReportPage().render(
                EvaluationReport.of(subject, results, Optional.of(List.of(pair))), language);

        // then
        Document document = Jsoup.parse(page);
        assertThat(document.select("script, img, link, iframe, object, [style], [src]")).isEmpty();
        assertThat(document.select("a").eachAttr("href")).containsExactlyInAnyOrder(
                language.equals("en") ? "report.zh.html" : "report.en.html", "report.json");
        assertThat(document.select("article .text").eachText()).contains(HOSTILE);
        assertThat(document.select("article .pair h4")).hasSize(4);
        assertThat(document.select("article .pair > div:first-child").first().select("> .text").text())
                .isEqualTo(HOSTILE);
        assertThat(document.select("article .pair details .text").first().text()).isEqualTo(HOSTILE);
        assertThat(document.text()).doesNotContain("<div>", "class=");
        assertThat(document.title()).endsWith(HOSTILE);
        assertThat(document.select(".duplicates td").text()).contains(HOSTILE);
        assertThat(document.select("svg.rows circle")).hasSize(2);
        assertThat(document.select("html").attr("lang")).isEqualTo(language);
        String style = document.select("style").first().data();
        assertThat(ReportPage.contentSecurityPolicy(page)).isEqualTo(policy(style));
        assertThat(document.select("meta[http-equiv]").attr("content")).isEqualTo(policy(style));
        for (Element text : document.select("main *, header *")) {
            assertThat(text.ownText()).doesNotContain("null");
        }
    }

    @Test
    @DisplayName("keeps the style of the release that wrote it")
    void earlierStyle() {
        String page = "<head><title>&lt;style></title>\n<style>p { color: red; }\n</style></head><body>a</body>";

        assertThat(ReportPage.contentSecurityPolicy(page)).isEqualTo(policy("p { color: red; }\n"));
        assertThat(ReportPage.contentSecurityPolicy("<p>no page of a report</p>")).isEqualTo(policy(""));
    }

    @Test
    @DisplayName("is written in two languages with the same texts")
    void languages() throws IOException {
        Properties english = texts("en");

        assertThat(texts("zh").stringPropertyNames()).isEqualTo(english.stringPropertyNames());
        Pattern.compile("text\\['([a-z.]+)'\\]")
                .matcher(Files.readString(Path.of("src/main/resources/org/medtune/evaluation/report.html"))).results()
                .forEach(text -> assertThat(english).containsKey(text.group(1)));
        for (Measure measure : Measure.values()) {
            assertThat(english).containsKeys(measure.name(), measure.name() + ".meaning");
        }
    }

    @Test
    @DisplayName("is kept as JSON that gives it again")
    void json() throws IOException {
        EvaluationReport report = EvaluationReport.of(SUBJECT, List.of(
                row(1, model(new RowLikelihood(new Part(2, 2), new Part(30, 10), new Part(8, 4)), "a</think>b", true),
                        model(new RowLikelihood(new Part(2, 2), new Part(20, 10), new Part(4, 4)), "a", false))),
                Optional.of(List.of()));
        ObjectMapper mapper = new ObjectMapper();

        assertThat(mapper.readValue(mapper.writeValueAsString(report), EvaluationReport.class)).isEqualTo(report);
    }

    @Test
    @DisplayName("is made of results that are kept one by one, whole lines of the same evaluation only")
    void results() throws IOException {
        // given: two results, and half a line that a killed server left
        Path file = folder.resolve("results.jsonl");
        ItemResult first = row(1, answered("a", true), answered("b", true));
        ItemResult second = row(2, answered("c", true), answered("d", false));
        try (ResultLog log = ResultLog.open(file, "one")) {
            log.append(first);
            log.append(second);
        }
        byte[] whole = Files.readAllBytes(file);
        Files.writeString(file, "{\"item\": 2, \"ki", StandardOpenOption.APPEND);

        // then
        try (ResultLog log = ResultLog.open(file, "one")) {
            assertThat(log.results()).containsExactly(first, second);
        }
        assertThat(file).hasBinaryContent(whole);
        try (ResultLog log = ResultLog.open(file, "another")) {
            assertThat(log.results()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NLL,      -0.5, -0.7, -0.3, better",
        "NLL,       0.5,  0.3,  0.7, worse",
        "NLL,      -0.1, -0.3,  0.1, unclear",
        "NLL,      -0.1, -0.2,  0.0, unclear",
        "BLEU,      0.5,  0.3,  0.7, better",
        "BLEU,     -0.5, -0.7, -0.3, worse",
        "BLEU,      0.1,  0.0,  0.2, unclear",
        "BLEU,      0.0,  0.0,  0.0, same",
        "LENGTH,    5.0,  3.0,  7.0, ''",
    })
    @DisplayName("judges by which way the figure counts, and only where chance does not explain it")
    void judgement(Measure measure, double difference, double low, double high, String judgement) throws IOException {
        // given
        Figure figure = new Figure(measure, 9, 10, 10 + difference, difference, new Interval(low, high));
        EvaluationReport report = new EvaluationReport(SUBJECT, List.of(figure), null, List.of(), List.of());

        // when / then
        assertThat(ReportView.of(report, texts("en")).figures()).singleElement()
                .extracting(ReportView.Line::judgement).isEqualTo(judgement);
    }

    private static ItemResult row(long row, OfModel base, OfModel fineTuned) {
        return new ItemResult((int) row, Kind.ROW, row, "q" + row, "好的", null, base, fineTuned);
    }

    private static ItemResult choice(int row, ChoiceQuestion question, String answer) {
        return new ItemResult(row, Kind.CHOICE, row, question.text(), question.answer(), question,
                answered(answer, true), null);
    }

    private static OfModel answered(String text, boolean ended) {
        return model(null, text, ended);
    }

    private static OfModel model(RowLikelihood likelihood, String text, boolean ended) {
        return new OfModel(likelihood, new GeneratedAnswer(text, 5, ended));
    }

    private static String policy(String style) {
        try {
            String digest = Base64.getEncoder().encodeToString(
                    MessageDigest.getInstance("SHA-256").digest(style.getBytes(StandardCharsets.UTF_8)));
            return "default-src 'none'; style-src 'sha256-" + digest + "'; base-uri 'none'; form-action 'none'";
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static Properties texts(String language) throws IOException {
        Properties texts = new Properties();
        texts.load(Files.newBufferedReader(
                Path.of("src/main/resources/org/medtune/evaluation/report_" + language + ".properties")));
        return texts;
    }
}
