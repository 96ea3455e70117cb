package org.medtune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.medtune.InvalidInputException;
import org.medtune.testing.Golden;

class TokenizerTest {

    private static final List<ChatMessage> HELLO = List.of(new ChatMessage("user", "你好"));

    private static Tokenizer tokenizer;

    @TempDir
    private Path folder;

    @BeforeAll
    static void openEmbeddedModel() {
        tokenizer = Tokenizer.open(Golden.MODEL);
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    static List<JsonNode> goldenCases() {
        return Golden.cases("tokenizer");
    }

    @Test
    void thereAre31GoldenCases() {
        assertThat(goldenCases()).hasSize(31);
    }

    @ParameterizedTest
    @MethodSource("goldenCases")
    void encodesAndDecodesAsTransformersDoes(JsonNode golden) {
        // given
        String text = golden.required("text").textValue();
        int[] ids = Golden.ids(golden.required("ids"));

        // when / then
        assertThat(tokenizer.encode(text)).containsExactly(ids);
        assertThat(tokenizer.encodeWithBeginOfSentence(text))
                .containsExactly(Golden.ids(golden.required("ids_with_bos")));
        assertThat(tokenizer.decode(ids)).isEqualTo(golden.required("decoded").textValue());
    }

    @Test
    void knowsTheSpecialTokensOfTheEmbeddedModel() {
        assertThat(tokenizer.beginOfSentenceId()).hasValue(8188);
        assertThat(tokenizer.endOfSentenceId()).isEqualTo(8185);
        assertThat(tokenizer.endOfSentenceToken()).isEqualTo("<｜end▁of▁sentence｜>");
        assertThat(tokenizer.stopIds()).containsExactly(8185);
    }

    @Test
    void decodesWithAndWithoutSpecialTokens() {
        // given: <think> is an added token, but not a special one
        int[] ids = tokenizer.encode("<｜User｜>a<think>b<｜end▁of▁sentence｜>");

        // when / then
        assertThat(tokenizer.decode(ids)).isEqualTo("<｜User｜>a<think>b<｜end▁of▁sentence｜>");
        assertThat(tokenizer.decodeSkippingSpecialTokens(ids)).isEqualTo("a<think>b");
    }

    @Test
    void acceptsTokensAsObjects() throws IOException {
        // given: tokenizer_config.json as older versions of Transformers wrote it
        Path model = modelWith(config -> {
            config.putObject("bos_token").put("__type", "AddedToken").put("content", "<｜begin▁of▁sentence｜>");
            config.putObject("eos_token").put("__type", "AddedToken").put("content", "<｜end▁of▁sentence｜>");
        });

        try (Tokenizer other = Tokenizer.open(model)) {
            // when / then
            assertThat(other.beginOfSentenceId()).hasValue(8188);
            assertThat(other.endOfSentenceId()).isEqualTo(8185);
            assertThat(other.chatTemplate().render(HELLO, false)).isEqualTo("<｜begin▁of▁sentence｜><｜User｜>你好");
        }
    }

    @Test
    void takesTheChatTemplateFromItsOwnFile() throws IOException {
        // given: a folder as newer versions of Transformers write it
        Path model = modelWith(config -> config.remove("chat_template"));
        Files.writeString(model.resolve("chat_template.jinja"), "{{ messages[0].content }}{{ eos_token }}");

        try (Tokenizer other = Tokenizer.open(model)) {
            // when / then
            assertThat(other.chatTemplate().render(HELLO, true)).isEqualTo("你好<｜end▁of▁sentence｜>");
        }
    }

    @Test
    void takesTheDefaultOfSeveralChatTemplates() throws IOException {
        // given
        Path model = modelWith(config -> {
            var templates = config.putArray("chat_template");
            templates.addObject().put("name", "tool_use").put("template", "tools");
            templates.addObject().put("name", "default").put("template", "{{ messages[0]['role'] }}");
        });

        try (Tokenizer other = Tokenizer.open(model)) {
            // when / then
            assertThat(other.chatTemplate().render(HELLO, true)).isEqualTo("user");
        }
    }

    @Test
    void aModelWithoutChatTemplateSaysSoWhenItIsAskedForIt() throws IOException {
        // given
        Path model = modelWith(config -> config.remove("chat_template"));

        try (Tokenizer other = Tokenizer.open(model)) {
            // when / then
            assertThat(other.encode("a")).containsExactly(64);
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(other::chatTemplate)
                    .withMessage("MEDTUNE000244: The model in " + model + " has no chat template, so it cannot be "
                            + "chatted with. Use an instruction or reasoning model, or add chat_template.jinja to the "
                            + "folder.");
        }
    }

    @Test
    void addsNoBeginTokenWhereTheModelSaysNo() throws IOException {
        try (Tokenizer other = Tokenizer.open(modelWith(config -> config.put("add_bos_token", false)))) {
            assertThat(other.encodeWithBeginOfSentence("a")).containsExactly(64);
        }
    }

    @Test
    void leavesTheBeginTokenToThePostProcessorWhereTheConfigurationIsSilent() throws IOException {
        try (Tokenizer other = Tokenizer.open(modelWith(config -> config.remove("add_bos_token")))) {
            assertThat(other.encodeWithBeginOfSentence("a")).containsExactly(8188, 64);
        }
    }

    @Test
    void aModelMayHaveNoBeginToken() throws IOException {
        try (Tokenizer other = Tokenizer.open(modelWith(config -> config.putNull("bos_token")))) {
            assertThat(other.beginOfSentenceId()).isEmpty();
            assertThat(other.encodeWithBeginOfSentence("a")).containsExactly(64);
            assertThat(other.chatTemplate().render(HELLO, false)).isEqualTo("<｜User｜>你好");
        }
    }

    @Test
    void takesTheEndTokenFromTheModelWhereTheTokenizerNamesNone() throws IOException {
        // given
        Path model = modelWith(config -> config.remove("eos_token"));
        Files.writeString(model.resolve("generation_config.json"), "{\"eos_token_id\": [8185, 8186]}");
        Files.writeString(model.resolve("config.json"), "{\"eos_token_id\": 8189}");

        try (Tokenizer other = Tokenizer.open(model)) {
            // when / then
            assertThat(other.endOfSentenceId()).isEqualTo(8185);
            assertThat(other.endOfSentenceToken()).isEqualTo("<｜end▁of▁sentence｜>");
            assertThat(other.stopIds()).containsExactlyInAnyOrder(8185, 8186, 8189);
        }
    }

    @Test
    void noEndTokenAnywhereIsRefused() throws IOException {
        assertRefused(modelWith(config -> config.remove("eos_token")), "MEDTUNE000243");
    }

    @Test
    void aTokenThatIsNotInTheVocabularyIsRefused() throws IOException {
        assertRefused(modelWith(config -> config.put("bos_token", "<s>")), "MEDTUNE000242: The token <s>, named by "
                + "bos_token in ");
    }

    @Test
    void anEntryOfTheWrongKindIsRefused() throws IOException {
        assertRefused(modelWith(config -> config.put("eos_token", 7)), "MEDTUNE000241: The entry eos_token of ");
        assertRefused(modelWith(config -> config.put("add_bos_token", "yes")), "MEDTUNE000241");
        assertRefused(modelWith(config -> config.put("chat_template", 1)), "MEDTUNE000241");
        Path model = modelWith(config -> config.remove("eos_token"));
        Files.writeString(model.resolve("config.json"), "{\"eos_token_id\": \"x\"}");
        assertRefused(model, "MEDTUNE000241: The entry eos_token_id of ");
        Files.writeString(model.resolve("config.json"), "{\"eos_token_id\": 99999}");
        assertRefused(model, "MEDTUNE000248");
    }

    @Test
    void aMissingOrDamagedConfigurationIsRefused() throws IOException {
        Path model = modelWith(config -> {});
        Files.writeString(model.resolve("tokenizer_config.json"), "{\"bos_token\":");
        assertRefused(model, "MEDTUNE000240");
        Files.writeString(model.resolve("tokenizer_config.json"), "");
        assertRefused(model, "MEDTUNE000240");
        Files.delete(model.resolve("tokenizer_config.json"));
        assertRefused(model, "MEDTUNE000240");
    }

    private static void assertRefused(Path model, String beginning) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Tokenizer.open(model).close())
                .withMessageStartingWith(beginning);
    }

    /** The tokenizer of the embedded model with another tokenizer_config.json. */
    private Path modelWith(Consumer<ObjectNode> change) throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode config = (ObjectNode) json.readTree(
                Golden.MODEL.resolve("tokenizer_config.json").toFile());
        change.accept(config);
        Path tokenizerJson = folder.resolve("tokenizer.json");
        if (Files.notExists(tokenizerJson)) {
            Files.copy(Golden.MODEL.resolve("tokenizer.json"), tokenizerJson);
        }
        json.writeValue(folder.resolve("tokenizer_config.json").toFile(), config);
        return folder;
    }
}
