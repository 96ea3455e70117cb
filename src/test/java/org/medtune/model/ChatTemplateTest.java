package org.medtune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.medtune.InvalidInputException;
import org.medtune.testing.Golden;

class ChatTemplateTest {

    private static final List<ChatMessage> HELLO = List.of(new ChatMessage("user", "hello"));

    static List<JsonNode> goldenCases() {
        return Golden.cases("chat_template");
    }

    @Test
    void thereAreSixGoldenCases() {
        assertThat(goldenCases()).hasSize(6);
    }

    @ParameterizedTest
    @MethodSource("goldenCases")
    void rendersAsTransformersDoes(JsonNode golden) {
        try (Tokenizer tokenizer = Tokenizer.open(Golden.MODEL)) {
            // when
            String rendered = tokenizer.chatTemplate()
                    .render(messages(golden), golden.required("add_generation_prompt").booleanValue());

            // then
            assertThat(rendered).isEqualTo(golden.required("rendered").textValue());
        }
    }

    static List<JsonNode> jinja2Cases() throws IOException {
        List<JsonNode> cases = new ArrayList<>();
        jinja2().required("cases").forEach(cases::add);
        return cases;
    }

    @ParameterizedTest
    @MethodSource("jinja2Cases")
    void rendersOtherTemplatesAsJinja2Does(JsonNode recorded) throws IOException {
        // given
        ChatTemplate template = new ChatTemplate("test", recorded.required("template").textValue(), "<bos>", "<eos>");

        // when
        String rendered = template.render(messages(jinja2()), true);

        // then
        assertThat(rendered).isEqualTo(recorded.required("rendered").textValue());
    }

    @Test
    void severalThreadsMayRender() {
        // given
        ChatTemplate template = template("{% for m in messages %}{{ loop.index }}{{ m.content }}{% endfor %}");

        // when / then
        assertThat(IntStream.range(0, 500).parallel().mapToObj(i -> template.render(
                        List.of(new ChatMessage("user", "a" + i), new ChatMessage("user", "b" + i)), false)))
                .containsExactlyElementsOf(
                        IntStream.range(0, 500).mapToObj(i -> "1a" + i + "2b" + i).toList());
    }

    @Test
    void whatAMessageSaysIsNeverRun() {
        // given
        String content = "{{ 7 * 7 }} {% if true %}x{% endif %} {# gone #} <b>&amp;</b> \\n";

        // when
        String rendered = template("[{{ messages[0]['content'] }}]").render(
                List.of(new ChatMessage("user", content)), false);

        // then
        assertThat(rendered).isEqualTo("[" + content + "]");
    }

    @Test
    void trimsBlocksAsTransformersDoes() {
        // given: a template laid out in lines, as model authors do
        String template = """
                {%- for message in messages %}
                    {% if loop.first and message.role == 'user' %}
                first {{ message.content }}
                    {% endif %}
                {%- endfor %}
                end""";

        // when / then
        assertThat(template(template).render(HELLO, false)).isEqualTo("first hello\nend");
    }

    static List<Arguments> pythonExpressions() {
        return List.of(
                arguments("'a.b.c'.split('.')[-1]", "c"),
                arguments("'a.b.c'.split('.', 1)[-1]", "b.c"),
                arguments("' a  b '.split()[1]", "b"),
                arguments("'xaxx'.strip('x')", "a"),
                arguments("'nab'.lstrip('n')", "ab"),
                arguments("'abn'.rstrip('n')", "ab"),
                arguments("' ab '.strip() + '!'", "ab!"),
                arguments("'Ab'.upper() ~ 'Ab'.lower()", "ABab"),
                arguments("'a.b'.replace('.', '$1')", "a$1b"),
                arguments("'abc'.startswith('ab') and not 'abc'.endswith('ab')", "true"),
                arguments("messages[0].get('role')", "user"),
                arguments("(messages[0]['content'] | trim).upper()", "HELLO"));
    }

    @ParameterizedTest
    @MethodSource("pythonExpressions")
    void stringsHavePythonsMethods(String expression, String expected) {
        assertThat(template("{{ " + expression + " }}").render(HELLO, false)).isEqualTo(expected);
    }

    @Test
    void keepsStateInANamespace() {
        String template = "{% set ns = namespace(found=false) %}{% for m in messages %}{% set ns.found = true %}"
                + "{% endfor %}{% if ns.found %}yes{% endif %}";

        assertThat(template(template).render(HELLO, false)).isEqualTo("yes");
    }

    @Test
    void longConversationsRender() {
        // given
        List<ChatMessage> messages = IntStream.range(0, 1_000)
                .mapToObj(i -> new ChatMessage(i % 2 == 0 ? "user" : "assistant", "x".repeat(1_000)))
                .toList();

        try (Tokenizer tokenizer = Tokenizer.open(Golden.MODEL)) {
            // when / then
            assertThat(tokenizer.chatTemplate().render(messages, true)).hasSizeGreaterThan(1_000_000);
        }
    }

    @Test
    void aTemplateMayRefuseMessages() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> template("{% for m in messages %}{{ raise_exception('Roles must alternate') }}"
                        + "{% endfor %}").render(HELLO, false))
                .withMessageStartingWith("MEDTUNE000247: The chat template in test refuses these messages: "
                        + "Roles must alternate.");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{% for message in messages %}",
        "{{ messages[0].content | nosuchfilter }}",
        "{% if messages is nosuchtest %}{% endif %}",
        "{{ nosuchfunction() }}",
        "{{ 'a'.nosuchmethod() }}",
        "{% nosuchtag %}",
        "{{ 'a' + }}",
        "{% for m in messages if m.role == 'user' %}x{% endfor %}",
        "{{ messages | tojson }}",
    })
    void anErrorInTheTemplateBecomesASentence(String template) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> template(template).render(HELLO, false))
                .withMessageStartingWith("MEDTUNE000245: The chat template in test cannot be rendered: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{{ ''.getClass() }}",
        "{{ ''.class }}",
        "{{ ''.getClass().forName('java.lang.Runtime').getRuntime().exec('id') }}",
        "{{ messages.getClass() }}",
        "{{ messages[0].getClass().getName() }}",
        "{{ messages[0].toMap() }}",
        "{{ ____int3rpr3t3r____.getContext() }}",
        "{{ ____int3rpr3t3r____.config }}",
        "{% for m in messages %}{{ loop.getClass().getName() }}{% endfor %}",
        "{{ (messages | list).iterator() }}",
        "{% include '/etc/passwd' %}",
        "{% import '/etc/passwd' as x %}",
        "{% from '/etc/passwd' import x %}",
        "{% extends '/etc/passwd' %}",
        "{{ '{{ 7 * 7 }}' | render }}",
        "{{ 'a' | log }}",
        "{{ today() }}",
        "{{ type(messages) }}",
        "{{ 'a' | attr('class') }}",
    })
    void aHostileTemplateReachesNothing(String template) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> template(template).render(HELLO, false))
                .withMessageStartingWith("MEDTUNE000245");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{% for a in range(9999) %}{% for b in range(9999) %}{% if false %}{% endif %}{% endfor %}{% endfor %}",
        "{% for a in range(9999) %}{% for b in range(9999) %}{{ 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' }}"
                + "{% endfor %}{% endfor %}",
        "{% set ns = namespace(s='xxxxxxxx') %}{% for a in range(60) %}{% set ns.s = ns.s ~ ns.s %}"
                + "{% endfor %}{{ ns.s }}",
        "{% set ns = namespace(s='xxxxxxxx') %}{% for a in range(60) %}{% set ns.s = ns.s + ns.s %}"
                + "{% endfor %}{{ ns.s }}",
        "{% set ns = namespace(s='xxxxxxxx') %}{% for a in range(60) %}{% set ns.s = ns.s.replace('x', ns.s) %}"
                + "{% endfor %}{{ ns.s }}",
        "{% set ns = namespace(l=[1, 2]) %}{% for a in range(60) %}{% set ns.l = ns.l + ns.l %}{% endfor %}{{ ns.l }}",
        "{% set l = [1, 2] %}{% for a in range(60) %}{% if l.extend(l) %}{% endif %}{% endfor %}{{ l }}",
        "{% macro f(x) %}{{ f(x) }}{{ f(x) }}{% endmacro %}{{ f(1) }}",
        "{{ 'x' * 2000000000 }}",
    })
    void aTemplateThatDoesNotEndIsStopped(String template) {
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () ->
                assertThatExceptionOfType(InvalidInputException.class)
                        .isThrownBy(() -> template(template).render(HELLO, false))
                        .withMessageStartingWith("MEDTUNE00024"));
    }

    @Test
    void deepNestingIsStopped() {
        String template = "{% if true %}".repeat(20_000) + "x" + "{% endif %}".repeat(20_000);

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> template(template).render(HELLO, false))
                .withMessageStartingWith("MEDTUNE00024");
    }

    private static JsonNode jinja2() throws IOException {
        try (InputStream in = ChatTemplateTest.class.getResourceAsStream("/chat-templates/jinja2.json")) {
            return new ObjectMapper().readTree(in);
        }
    }

    private static List<ChatMessage> messages(JsonNode recorded) {
        return StreamSupport.stream(recorded.required("messages").spliterator(), false)
                .map(message -> new ChatMessage(
                        message.required("role").textValue(), message.required("content").textValue()))
                .toList();
    }

    private static ChatTemplate template(String template) {
        return new ChatTemplate("test", template, null, "<end>");
    }
}
