package org.medtune.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;
import static org.medtune.testing.ScriptedChat.BASE;
import static org.medtune.testing.ScriptedChat.TUNED;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.ConflictException;
import org.medtune.InvalidInputException;
import org.medtune.MedtuneMessages;
import org.medtune.NotFoundException;
import org.medtune.RecoverableException;
import org.medtune.chat.AnswerSnapshot.Phase;
import org.medtune.conversation.Feedback.Rating;
import org.medtune.conversation.Message.State;
import org.medtune.dataset.DatasetRow;
import org.medtune.dataset.ExampleReader;
import org.medtune.dataset.FieldNames;
import org.medtune.dataset.ReasoningExample;
import org.medtune.dataset.RowSelection;
import org.medtune.model.ChatMessage;
import org.medtune.testing.ScriptedChat;

class ConversationsTest {

    private static final String USER = "browser:1";
    private static final String QUESTION = "右下腹有压痛的包块，此时应如何处理？";

    @TempDir
    private Path folder;

    private final JdbcDataSource database = new JdbcDataSource();
    private final ScriptedChat chat = new ScriptedChat();
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
    private Connection keptOpen;
    private ConversationStore store;
    private Conversations conversations;

    @BeforeEach
    void open() throws SQLException {
        database.setURL("jdbc:h2:mem:" + UUID.randomUUID());
        // a database in memory lasts as long as its last connection
        keptOpen = database.getConnection();
        store = ConversationStore.open(database);
        conversations = open(chat, store);
    }

    @AfterEach
    void close() throws SQLException {
        conversations.close();
        executor.shutdownNow();
        keptOpen.close();
    }

    @Test
    void storesAnAnswerAtItsEndWithoutReadingIt() {
        // given
        Conversation begun = conversations.begin(USER, QUESTION, List.of(BASE));
        assertThat(only(begun).state()).isEqualTo(State.WRITING);
        assertThat(only(begun).answerId()).isEqualTo(chat.asked(0).id());

        // when: it ends, and nobody asks for it
        chat.asked(0).write(Phase.RUNNING, "想", "").write(Phase.STOPPED_ITSELF, "想一想", "先抗感染。");

        // then
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() ->
                assertThat(stored(begun).get(1).state()).isEqualTo(State.COMPLETE));
        assertThat(only(begun).content()).isEqualTo("先抗感染。");
        assertThat(only(begun).reasoning()).isEqualTo("想一想");
        assertThat(only(begun).answerId()).isNull();
        assertThat(chat.asked(0).waits()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"STOPPED_ITSELF, COMPLETE", "LENGTH, LENGTH", "CANCELLED, CANCELLED", "FAILED, FAILED"})
    void keepsWhatThereIsHoweverItEnds(Phase phase, State state) {
        Conversation begun = conversations.begin(USER, QUESTION, List.of(BASE));

        chat.asked(0).write(phase, "thought", "part");

        assertThat(only(begun).state()).isEqualTo(state);
        assertThat(only(begun).content()).isEqualTo("part");
    }

    @Test
    void keepsWhyAnAnswerFailed() {
        Conversation begun = conversations.begin(USER, QUESTION, List.of(BASE));

        chat.asked(0).fail(MedtuneMessages.MESSAGES.questionEmpty());

        assertThat(only(begun).failure()).isEqualTo("MEDTUNE000453: The question is empty; write one.");
    }

    @Test
    void marksWhatAKilledServerWasWritingAsInterrupted() {
        // given: an answer without end
        Conversation begun = conversations.begin(USER, QUESTION, List.of(BASE));
        chat.asked(0).write(Phase.RUNNING, "", "begin");

        // when: another server opens the database, and the first one writes nothing more
        Conversations next = open(new ScriptedChat(), ConversationStore.open(database));

        // then
        Message answer = next.messages(USER, begun.id()).get(1);
        assertThat(answer.state()).isEqualTo(State.INTERRUPTED);
        assertThat(answer.answerId()).isNull();
        next.ask(USER, begun.id(), "next", List.of(BASE));
    }

    @Test
    void keepsWhatThereIsWhenTheServerStops() {
        // given
        Conversation begun = conversations.begin(USER, QUESTION, List.of(BASE));
        chat.asked(0).write(Phase.RUNNING, "thought", "begin");

        // when
        conversations.close();

        // then
        assertThat(stored(begun).get(1).state()).isEqualTo(State.INTERRUPTED);
        assertThat(stored(begun).get(1).content()).isEqualTo("begin");
    }

    @Test
    void showsEachUserOwnConversationsOnly() {
        Conversation begun = conversations.begin(USER, QUESTION, List.of(BASE));
        long answer = only(begun).id();

        assertThat(conversations.list("other", "", 0, 10)).isEmpty();
        assertNotFound(() -> conversations.find("other", begun.id()));
        assertNotFound(() -> conversations.messages("other", begun.id()));
        assertNotFound(() -> conversations.rename("other", begun.id(), "mine"));
        assertNotFound(() -> conversations.delete("other", begun.id()));
        assertNotFound(() -> conversations.ask("other", begun.id(), "x", List.of(BASE)));
        assertNotFound(() -> conversations.stop("other", answer));
        assertNotFound(() -> conversations.regenerate("other", answer, Optional.empty()));
        assertNotFound(() -> conversations.rate("other", answer, new Feedback(Rating.UP, "")));
        assertNotFound(() -> conversations.live("other", chat.asked(0).id()));
        assertThat(conversations.live(USER, chat.asked(0).id())).isSameAs(chat.asked(0));
    }

    @Test
    void findsTitlesAndTexts() {
        // given
        Conversation first = conversations.begin(USER, "高血压 and ECG", List.of(BASE));
        chat.asked(0).write(Phase.STOPPED_ITSELF, "because of 100%", "take_it");
        conversations.messages(USER, first.id());
        Conversation second = conversations.begin(USER, "糖尿病", List.of(BASE));

        // when / then
        assertThat(conversations.list(USER, "", 0, 10)).extracting(Conversation::id)
                .containsExactly(second.id(), first.id());
        assertThat(conversations.list(USER, "", 1, 10)).extracting(Conversation::id).containsExactly(first.id());
        for (String search : List.of("血压", "ecg", "100%", "TAKE_IT", " ecg ")) {
            assertThat(conversations.list(USER, search, 0, 10)).as(search).extracting(Conversation::id)
                    .containsExactly(first.id());
        }
        for (String search : List.of("100_", "take%it", "t!", "冠心病")) {
            assertThat(conversations.list(USER, search, 0, 10)).as(search).isEmpty();
        }
    }

    @Test
    void takesTheTitleFromTheFirstQuestion() {
        assertThat(conversations.begin(USER, "  short\nand more", List.of(BASE)).title()).isEqualTo("short");
        assertThat(conversations.begin(USER, "𠮷".repeat(60), List.of(BASE)).title()).isEqualTo("𠮷".repeat(60));
        assertThat(conversations.begin(USER, "𠮷".repeat(61), List.of(BASE)).title())
                .isEqualTo("𠮷".repeat(59) + "…");
    }

    @Test
    void renames() {
        Conversation begun = conversations.begin(USER, QUESTION, List.of(BASE));

        conversations.rename(USER, begun.id(), " 阑尾炎 ");

        assertThat(conversations.find(USER, begun.id()).title()).isEqualTo("阑尾炎");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> conversations.rename(USER, begun.id(), " ")).withMessageStartingWith("MEDTUNE000455");
    }

    @Test
    void letsEachModelSeeItsOwnEarlierAnswers() {
        // given: two models compared
        Conversation begun = conversations.begin(USER, "q1", List.of(BASE, TUNED));
        assertThat(chat.asked(0).request().sampling()).isEqualTo(chat.asked(1).request().sampling());
        chat.asked(0).write(Phase.STOPPED_ITSELF, "thought", "of base");
        chat.asked(1).write(Phase.STOPPED_ITSELF, "thought", "of tuned");

        // when: a turn without an answer, and one more
        conversations.ask(USER, begun.id(), "q2", List.of(TUNED));
        chat.asked(2).write(Phase.FAILED, "", "");
        conversations.ask(USER, begun.id(), "q3", List.of(BASE, TUNED));

        // then
        assertThat(chat.asked(3).request().messages()).containsExactly(new ChatMessage("user", "q1"),
                new ChatMessage("assistant", "of base"), new ChatMessage("user", "q3"));
        assertThat(chat.asked(4).request().messages()).containsExactly(new ChatMessage("user", "q1"),
                new ChatMessage("assistant", "of tuned"), new ChatMessage("user", "q3"));
    }

    @Test
    void replacesAnEditedQuestionAndWhatFollowed() {
        // given
        Conversation begun = conversations.begin(USER, "q1", List.of(BASE));
        chat.asked(0).write(Phase.STOPPED_ITSELF, "", "a1");
        conversations.ask(USER, begun.id(), "q2", List.of(BASE));
        chat.asked(1).write(Phase.STOPPED_ITSELF, "", "a2");
        conversations.ask(USER, begun.id(), "q3", List.of(BASE));
        chat.asked(2).write(Phase.STOPPED_ITSELF, "", "a3");

        // when
        conversations.edit(USER, conversations.messages(USER, begun.id()).get(2).id(), "q2 better", List.of(TUNED));
        chat.asked(3).write(Phase.STOPPED_ITSELF, "", "a2 better");

        // then
        assertThat(conversations.messages(USER, begun.id())).extracting(Message::content)
                .containsExactly("q1", "a1", "q2 better", "a2 better");
        assertThat(chat.asked(3).request().messages()).extracting(ChatMessage::content)
                .containsExactly("q1", "a1", "q2 better");
    }

    @Test
    void writesAnAnswerAnew() {
        // given
        Conversation begun = conversations.begin(USER, "q1", List.of(BASE, TUNED));
        chat.asked(0).write(Phase.STOPPED_ITSELF, "", "a");
        chat.asked(1).write(Phase.STOPPED_ITSELF, "", "b");
        conversations.ask(USER, begun.id(), "q2", List.of(BASE));
        chat.asked(2).write(Phase.CANCELLED, "", "");

        // when
        conversations.regenerate(USER, conversations.messages(USER, begun.id()).get(1).id(), Optional.empty());
        chat.asked(3).write(Phase.STOPPED_ITSELF, "", "a again");

        // then
        assertThat(conversations.messages(USER, begun.id())).extracting(Message::content)
                .containsExactly("q1", "a again", "b");
        assertThat(chat.asked(3).request().model()).isEqualTo(BASE);
        assertThat(chat.asked(3).request().sampling().seed())
                .isNotEqualTo(chat.asked(0).request().sampling().seed());
    }

    @Test
    void takesOneQuestionAtATime() {
        Conversation begun = conversations.begin(USER, "q1", List.of(BASE));

        assertThatExceptionOfType(ConflictException.class)
                .isThrownBy(() -> conversations.ask(USER, begun.id(), "q2", List.of(BASE)))
                .withMessageStartingWith("MEDTUNE000452");
        assertThatExceptionOfType(ConflictException.class)
                .isThrownBy(() -> conversations.rate(USER, only(begun).id(), new Feedback(Rating.UP, "")))
                .withMessageStartingWith("MEDTUNE000468");
    }

    @Test
    void stopsAnAnswer() {
        Conversation begun = conversations.begin(USER, "q1", List.of(BASE));
        chat.asked(0).write(Phase.RUNNING, "", "part");

        conversations.stop(USER, only(begun).id());

        assertThat(only(begun).state()).isEqualTo(State.CANCELLED);
        assertThat(only(begun).content()).isEqualTo("part");
    }

    @Test
    void keepsNothingIfOneOfTheModelsCannotBeAsked() {
        assertNotFound(() -> conversations.begin(USER, "q", List.of(BASE, "none")));

        assertThat(conversations.list(USER, "", 0, 10)).isEmpty();
        assertThat(chat.asked(0).snapshot().phase()).isEqualTo(Phase.CANCELLED);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "' '  | base           | MEDTUNE000453",
        "LONG | base           | MEDTUNE000454",
        "q    | ''             | MEDTUNE000456",
        "q    | base,base      | MEDTUNE000456",
        "q    | base,tuned,two | MEDTUNE000456",
    })
    void refusesWhatCannotBeAsked(String question, String models, String id) {
        String text = question.equals("LONG") ? "x".repeat(Conversations.LONGEST_QUESTION + 1) : question;

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> conversations.begin(USER, text,
                        Stream.of(models.split(",")).filter(model -> !model.isEmpty()).toList()))
                .withMessageStartingWith(id);
        assertThat(chat.count()).isZero();
    }

    @Test
    void tellsQuestionsFromAnswers() {
        Conversation begun = conversations.begin(USER, "q1", List.of(BASE));
        chat.asked(0).write(Phase.STOPPED_ITSELF, "", "a");
        List<Message> messages = conversations.messages(USER, begun.id());

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> conversations.regenerate(USER, messages.get(0).id(), Optional.empty()))
                .withMessageStartingWith("MEDTUNE000457");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> conversations.edit(USER, messages.get(1).id(), "q", List.of(BASE)))
                .withMessageStartingWith("MEDTUNE000458");
    }

    @Test
    void deletesAndEndsWhatIsBeingWritten() {
        Conversation begun = conversations.begin(USER, "q1", List.of(BASE));

        conversations.delete(USER, begun.id());

        assertThat(conversations.list(USER, "", 0, 10)).isEmpty();
        assertThat(chat.asked(0).snapshot().phase()).isEqualTo(Phase.CANCELLED);
        assertThat(stored(begun)).isEmpty();
    }

    @Test
    void writesFeedbackAsTheFineTuneJobReadsIt() throws IOException {
        // given: two rated answers of two users, one with a comment
        Conversation begun = conversations.begin(USER, QUESTION, List.of(BASE));
        chat.asked(0).write(Phase.STOPPED_ITSELF, "包块\"已形成\"\n想一想", "先抗感染。");
        conversations.rate(USER, only(begun).id(), new Feedback(Rating.DOWN, "wrong"));
        conversations.rate(USER, only(begun).id(), new Feedback(Rating.UP, "很好"));
        Conversation other = conversations.begin("other", "q", List.of(TUNED));
        chat.asked(1).write(Phase.STOPPED_ITSELF, "why", "so");
        conversations.rate("other", conversations.messages("other", other.id()).get(1).id(),
                new Feedback(Rating.DOWN, ""));

        // when
        Path own = Files.writeString(folder.resolve("own.jsonl"),
                FeedbackExport.jsonLines(conversations.ratedAnswers(USER)));

        // then: what a user exports is the user's own; the server's files hold what all have rated
        ReasoningExample good = new ReasoningExample(QUESTION, "包块\"已形成\"\n想一想", "先抗感染。");
        assertThat(examples(own)).containsExactly(good);
        assertThat(Files.readString(own)).contains("\"rating\":\"up\"", "\"comment\":\"很好\"", "\"model\":\"base\"");
        assertThat(examples(folder.resolve("feedback/up.jsonl"))).containsExactly(good);
        assertThat(examples(folder.resolve("feedback/down.jsonl")))
                .containsExactly(new ReasoningExample("q", "why", "so"));

        // when: taken back
        conversations.removeRating(USER, only(begun).id());

        // then
        assertThat(only(begun).feedback()).isNull();
        assertThat(folder.resolve("feedback/up.jsonl")).isEmptyFile();
    }

    @Test
    void exportsAConversation() {
        // given
        Conversation begun = conversations.begin(USER, "第一行\n第二行", List.of(BASE, TUNED));
        chat.asked(0).write(Phase.STOPPED_ITSELF, "thought", "of **base**");
        chat.asked(1).write(Phase.CANCELLED, "", "of tuned");
        conversations.messages(USER, begun.id());
        conversations.rate(USER, stored(begun).get(1).id(), new Feedback(Rating.UP, "good"));

        // when
        ConversationExport export =
                new ConversationExport(begun, conversations.messages(USER, begun.id()));

        // then
        assertThat(export.markdown()).isEqualTo("""
                # 第一行

                %s

                ## 1

                > 第一行
                > 第二行

                ### base

                > <think>
                > thought
                > </think>

                of **base**

                👍 good

                ### tuned

                of tuned

                *cancelled*
                """.formatted(begun.created()));
        assertThat(export.json()).contains("\"role\" : \"user\"", "\"content\" : \"第一行\\n第二行\"",
                "\"reasoning\" : \"thought\"", "\"rating\" : \"up\"", "\"state\" : \"cancelled\"");
    }

    @Test
    void doesAllOfATransactionOrNothing() {
        Database tables = new Database(database);

        assertThatExceptionOfType(RecoverableException.class).isThrownBy(() ->
                tables.inTransaction(connection -> {
                    Database.update(connection, "insert into conversation (id, owner, title, created, updated) "
                            + "values ('x', 'o', 't', current_timestamp, current_timestamp)");
                    return Database.update(connection, "no sql");
                })).withMessageStartingWith("MEDTUNE000459");

        assertThat(conversations.list("o", "", 0, 10)).isEmpty();
    }

    private Conversations open(ScriptedChat service, ConversationStore in) {
        return new Conversations(service, in, new FeedbackFiles(folder.resolve("feedback")), executor);
    }

    private Message only(Conversation conversation) {
        List<Message> messages = conversations.messages(USER, conversation.id());
        assertThat(messages).hasSize(2);
        return messages.get(1);
    }

    private List<Message> stored(Conversation conversation) {
        return store.messages(conversation.id());
    }

    private static List<ReasoningExample> examples(Path file) {
        try (ExampleReader reader = ExampleReader.open(file, FieldNames.DEFAULT, RowSelection.ALL)) {
            return Stream.generate(reader::next).takeWhile(Optional::isPresent)
                    .map(row -> row.flatMap(DatasetRow::example).orElseThrow()).toList();
        }
    }

    private static void assertNotFound(ThrowingCallable call) {
        assertThatExceptionOfType(NotFoundException.class).isThrownBy(call);
    }
}
