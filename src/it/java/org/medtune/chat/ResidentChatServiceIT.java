package org.medtune.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.medtune.ConflictException;
import org.medtune.InvalidInputException;
import org.medtune.NotFoundException;
import org.medtune.adapter.AdapterFolder;
import org.medtune.adapter.AdapterRecord;
import org.medtune.adapter.LoraAdapter;
import org.medtune.chat.AnswerSnapshot.Phase;
import org.medtune.chat.ChatModel.Kind;
import org.medtune.dataset.PromptTemplate;
import org.medtune.generation.GenerationLimits;
import org.medtune.generation.SamplingParameters;
import org.medtune.generation.TextGenerator;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.ChatMessage;
import org.medtune.model.ModelFolder;
import org.medtune.model.Tokenizer;
import org.medtune.ops.BaseModels;
import org.medtune.ops.MedtuneHome;
import org.medtune.tensor.ElementType;
import org.medtune.testing.EmbeddedModel;
import org.medtune.testing.Golden;

class ResidentChatServiceIT {

    private static final String QUESTION = "高血压患者头痛三天应如何处理？";
    private static final GenerationLimits LIMITS =
            new GenerationLimits(8, 4, 2, 1L << 29, Duration.ofMinutes(1));

    @TempDir
    private Path folder;
    private BaseModels models;
    private ResidentChatService chat;

    @BeforeEach
    void open() {
        models = new BaseModels();
        chat = service(Duration.ofMinutes(1), Duration.ofMinutes(1));
    }

    @AfterEach
    void close() {
        chat.close();
        models.close();
    }

    @Test
    @DisplayName("Listed are the base model, adapters and checkpoints that were trained on it; new ones at once")
    void listsWhatFitsTheBaseModel() throws IOException {
        // given
        assertThat(chat.models()).containsExactly(new ChatModel("base", Kind.BASE));
        adapter("adapters/second", ModelFolder.open(Golden.MODEL).fingerprint());
        adapter("adapters/first", "");
        adapter("adapters/of-another-model", "0123456789abcdef");
        adapter("runs/fine-tune-9/checkpoints/checkpoint-10", "");
        adapter("runs/fine-tune-9/checkpoints/checkpoint-20", "");
        adapter("runs/fine-tune-12/checkpoints/checkpoint-5", "");
        adapter("runs/fine-tune-12.earlier-1/checkpoints/checkpoint-5", "");
        Files.createDirectories(folder.resolve("adapters/empty"));
        Files.createDirectories(folder.resolve("adapters/.medtune-temporary"));

        // then
        assertThat(chat.models()).containsExactly(new ChatModel("base", Kind.BASE),
                new ChatModel("first", Kind.ADAPTER), new ChatModel("second", Kind.ADAPTER),
                new ChatModel("12:5", Kind.CHECKPOINT), new ChatModel("9:20", Kind.CHECKPOINT),
                new ChatModel("9:10", Kind.CHECKPOINT));
        assertThatThrownBy(() -> chat.ask(request("of-another-model", 5, QUESTION)))
                .isInstanceOf(InvalidInputException.class).hasMessageStartingWith("MEDTUNE000433: ");
        for (String unknown : List.of("third", "9:30", "../runs", "", "9:")) {
            assertThatThrownBy(() -> chat.ask(request(unknown, 5, QUESTION)))
                    .isInstanceOf(NotFoundException.class).hasMessageStartingWith("MEDTUNE000427: ");
        }
    }

    @Test
    @DisplayName("The base model and an adapter are asked a single question as a run's evaluation asks them")
    void asksASingleQuestionAsAnEvaluationDoes() throws Exception {
        // given
        adapter("adapters/tuned", "");
        String prompt = PromptTemplate.named("medical-reasoning").inferencePrompt(QUESTION);
        List<String> expected = new ArrayList<>();
        int promptTokens;
        try (CausalLanguageModel model = EmbeddedModel.load(ElementType.FLOAT32);
                Tokenizer tokenizer = Tokenizer.open(Golden.MODEL);
                LoraAdapter tuned = AdapterFolder.open(Golden.FOLDER.resolve("lora-r16-final")).load(model)) {
            int[] ids = tokenizer.encodeWithBeginOfSentence(prompt);
            promptTokens = ids.length;
            for (var adapter : List.of(model.noAdapter(), tuned.active())) {
                expected.add(tokenizer.decodeSkippingSpecialTokens(
                        new TextGenerator(model).greedy(ids, 60, tokenizer.stopIds(), adapter)));
            }
        }

        // when
        List<AnswerSnapshot> answers = new ArrayList<>();
        for (String model : List.of("base", "tuned")) {
            answers.add(end(chat.ask(request(model, 60, QUESTION))));
        }

        // then
        for (int i = 0; i < 2; i++) {
            AnswerSnapshot answer = answers.get(i);
            assertThat(answer.phase()).isIn(Phase.LENGTH, Phase.STOPPED_ITSELF);
            String[] parts = expected.get(i).split("</think>", 2);
            assertThat(answer.reasoning()).isEqualTo(parts[0].strip());
            assertThat(answer.content()).isEqualTo(parts.length == 1 ? "" : parts[1].stripLeading());
            assertThat(answer.promptTokens()).isEqualTo(promptTokens);
            assertThat(answer.droppedTurns()).isZero();
        }
        assertThat(answers.get(0).reasoning()).isNotEqualTo(answers.get(1).reasoning());
    }

    @Test
    @DisplayName("A conversation takes the chat template without earlier reasoning; its oldest turns go if need be")
    void leavesOutTheOldestTurnsOfALongConversation() throws InterruptedException {
        // given
        ChatMessage system = new ChatMessage("system", "你是医生。");
        ChatMessage question = new ChatMessage("user", QUESTION);
        ChatMessage answer = new ChatMessage("assistant", "想".repeat(5000) + "</think>\n多休息。");
        List<ChatMessage> conversation = new ArrayList<>(List.of(system));
        for (int turn = 0; turn < 5; turn++) {
            conversation.addAll(List.of(new ChatMessage("user", "疼".repeat(400)), answer));
        }
        conversation.add(question);

        // when
        AnswerSnapshot fromLong = end(chat.ask(request("base", conversation, 20)));
        AnswerSnapshot fromKept = end(chat.ask(request("base",
                Stream.concat(Stream.of(system),
                        conversation.stream().skip(1 + 2L * fromLong.droppedTurns())).toList(), 20)));
        AnswerSnapshot ofOther = end(chat.ask(request("base", List.of(system, question), 20)));

        // then
        assertThat(fromLong.droppedTurns()).isBetween(1, 4);
        assertThat(fromKept.droppedTurns()).isZero();
        assertThat(fromLong.promptTokens()).isEqualTo(fromKept.promptTokens()).isLessThanOrEqualTo(2048 - 20);
        assertThat(fromLong.reasoning()).isEqualTo(fromKept.reasoning()).isNotEqualTo(ofOther.reasoning());
    }

    @Test
    void anAnswerGrowsAtItsEndAndCanBeCancelled() throws InterruptedException {
        // given
        ChatAnswer answer = chat.ask(request("base", 1500, QUESTION));
        AnswerSnapshot before = answer.snapshot();

        // when
        for (int i = 0; i < 20; i++) {
            AnswerSnapshot after = answer.awaitChange(before.version(), Duration.ofMinutes(1));
            assertThat(after.version()).isGreaterThan(before.version());
            assertThat(after.reasoning()).startsWith(before.reasoning());
            assertThat(after.content()).startsWith(before.content());
            before = after;
        }
        answer.cancel();

        // then
        AnswerSnapshot last = end(answer);
        assertThat(last.phase()).isEqualTo(Phase.CANCELLED);
        assertThat(last.reasoning()).startsWith(before.reasoning());
        assertThat(answer.awaitChange(last.version(), Duration.ofHours(1))).isEqualTo(last);
        assertThat(chat.answer(answer.id())).containsSame(answer);
    }

    @Test
    void anAnswerWithoutReadersIsCancelledAndForgottenSomeTimeAfterItsEnd() throws InterruptedException {
        try (ResidentChatService hasty = service(Duration.ofSeconds(1), Duration.ofMillis(300))) {
            // when
            ChatAnswer read = hasty.ask(request("base", 400, QUESTION));
            ChatAnswer left = hasty.ask(request("base", 1500, QUESTION));
            AnswerSnapshot seen = end(read);

            // then
            assertThat(seen.phase()).isNotEqualTo(Phase.CANCELLED);
            await().until(() -> left.snapshot().phase() == Phase.CANCELLED);
            await().until(() -> hasty.answer(left.id()).isEmpty() && hasty.answer(read.id()).isEmpty());
        }
    }

    @Test
    void whatCannotBeAnsweredIsRefusedWithASentence() {
        assertRefused("MEDTUNE000431: ", request("base", List.of(), 5));
        assertRefused("MEDTUNE000431: ", request("base", List.of(new ChatMessage("assistant", "a")), 5));
        assertRefused("MEDTUNE000439: ",
                request("base", List.of(new ChatMessage("tool", "a"), new ChatMessage("user", "b")), 5));
        assertRefused("MEDTUNE000432: ", request("base", 5, "疼".repeat(9000)));
        assertRefused("MEDTUNE000426: ", request("base", 0, QUESTION));

        chat.ask(request("base", 1500, QUESTION));
        chat.ask(request("base", 1500, QUESTION));
        assertThatThrownBy(() -> chat.ask(request("base", 5, QUESTION))).isInstanceOf(ConflictException.class);
    }

    @Test
    void anAnswerLongerThanTheContextEndsThere() throws InterruptedException {
        AnswerSnapshot answer = end(chat.ask(request("base", 100_000, "疼".repeat(1700))));

        assertThat(answer.phase()).isIn(Phase.LENGTH, Phase.STOPPED_ITSELF);
        assertThat(answer.promptTokens() + answer.answerTokens()).isLessThanOrEqualTo(2048);
    }

    private void assertRefused(String id, ChatRequest request) {
        assertThatThrownBy(() -> chat.ask(request)).isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(id);
    }

    private ResidentChatService service(Duration keepEnded, Duration unattended) {
        Path absolute = Path.of("models").toAbsolutePath();
        return new ResidentChatService(new MedtuneHome(folder, absolute, folder), models,
                new ChatSettings("tiny-med-qwen2", "cpu", LIMITS, keepEnded, unattended));
    }

    private void adapter(String path, String fingerprint) throws IOException {
        Path target = Files.createDirectories(folder.resolve(path));
        for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
            Files.copy(Golden.FOLDER.resolve("lora-r16-final").resolve(file), target.resolve(file));
        }
        new ObjectMapper().writeValue(target.resolve("medtune.json").toFile(),
                new AdapterRecord("medical-reasoning", 640, 60, fingerprint, "none"));
    }

    private static ChatRequest request(String model, int maxNewTokens, String question) {
        return request(model, List.of(new ChatMessage("user", question)), maxNewTokens);
    }

    private static ChatRequest request(String model, List<ChatMessage> messages, int maxNewTokens) {
        return new ChatRequest("user", model, messages, SamplingParameters.greedy(maxNewTokens));
    }

    private static AnswerSnapshot end(ChatAnswer answer) throws InterruptedException {
        AnswerSnapshot snapshot = answer.snapshot();
        while (!snapshot.phase().isFinal()) {
            snapshot = answer.awaitChange(snapshot.version(), Duration.ofMinutes(2));
        }
        return snapshot;
    }
}
