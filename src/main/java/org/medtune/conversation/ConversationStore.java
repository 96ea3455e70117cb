package org.medtune.conversation;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.medtune.NotFoundException;
import org.medtune.conversation.Message.Role;
import org.medtune.conversation.Message.State;

/**
 * Conversations, messages and feedback in the database. Every method is one transaction; everything that is asked for
 * by a user is looked for among that user's own only. Safe for use by many threads.
 */
public final class ConversationStore {

    private static final String MESSAGES_WITH_FEEDBACK = """
            select m.id, m.conversation, m.turn, m.ordinal, m.role, m.content, m.reasoning, m.model, m.state,
                m.failure, m.dropped_turns, m.answer, m.created, f.rating, f.comment as remark
            from message m left join feedback f on f.message = m.id
            """;

    private final Database database;

    /** An answer that has just been asked for: which model writes it, and the chat service's id of it. */
    record Asked(String model, String answerId) {}

    /**
     * Opens the store: brings its tables to the newest form, and marks as interrupted what an earlier server was
     * writing when it ended.
     *
     * @throws org.medtune.RecoverableException if the database cannot be used; any other method may throw it too
     */
    public static ConversationStore open(DataSource source) {
        Database database = new Database(source);
        database.migrate();
        int interrupted = database.update("update message set state = ?, answer = null where state = ?",
                State.INTERRUPTED, State.WRITING);
        if (interrupted > 0) {
            MESSAGES.answersInterrupted(interrupted);
        }
        return new ConversationStore(database);
    }

    private ConversationStore(Database database) {
        this.database = database;
    }

    /**
     * The user's conversations, the latest first.
     *
     * @param search what the title or a message must contain, in capital letters or not; empty for all
     */
    public List<Conversation> list(String owner, String search, int offset, int limit) {
        String pattern = "%" + search.strip().replaceAll("[!%_]", "!$0") + "%";
        return database.query("""
                select * from conversation c where c.owner = ? and (lower(c.title) like lower(?) escape '!'
                    or exists (select 1 from message m where m.conversation = c.id
                        and (lower(m.content) like lower(?) escape '!' or lower(m.reasoning) like lower(?) escape '!')))
                order by c.updated desc, c.id limit ? offset ?
                """, ConversationStore::conversation, owner, pattern, pattern, pattern, limit, offset);
    }

    /**
     * One conversation.
     *
     * @throws NotFoundException if the user has none of that id
     */
    public Conversation find(String owner, String id) {
        return database.query("select * from conversation where owner = ? and id = ?",
                ConversationStore::conversation, owner, id).stream().findFirst()
                .orElseThrow(() -> MESSAGES.noSuchConversation(id));
    }

    /** All messages in their order. */
    public List<Message> messages(String conversation) {
        return database.query(MESSAGES_WITH_FEEDBACK + "where m.conversation = ? order by m.turn, m.ordinal",
                ConversationStore::message, conversation);
    }

    /**
     * One message.
     *
     * @throws NotFoundException if the user has none of that id
     */
    public Message message(String owner, long id) {
        return database.query(MESSAGES_WITH_FEEDBACK
                + "join conversation c on c.id = m.conversation where c.owner = ? and m.id = ?",
                ConversationStore::message, owner, id).stream().findFirst()
                .orElseThrow(() -> MESSAGES.noSuchMessage(Long.toString(id)));
    }

    /** Gives a conversation another title. */
    public void rename(String owner, String id, String title) {
        require(database.update("update conversation set title = ? where owner = ? and id = ?", title, owner, id), id);
    }

    /** Gives all of one owner's conversations to another. */
    public void adopt(String former, String owner) {
        database.update("update conversation set owner = ? where owner = ?", owner, former);
    }

    /** Deletes a conversation with all messages and their feedback. */
    public void delete(String owner, String id) {
        require(database.update("delete from conversation where owner = ? and id = ?", owner, id), id);
    }

    /** Sets the feedback on an answer; what was there is replaced. */
    void putFeedback(long message, Feedback feedback) {
        database.inTransaction(connection -> {
            Database.update(connection, "delete from feedback where message = ?", message);
            return Database.update(connection,
                    "insert into feedback (message, rating, comment, created) values (?, ?, ?, ?)",
                    message, feedback.rating(), feedback.comment(), now());
        });
    }

    /** Takes feedback back. */
    void removeFeedback(long message) {
        database.update("delete from feedback where message = ?", message);
    }

    /**
     * The rated answers, the oldest rating first.
     *
     * @param owner whose, or empty for those of all users
     */
    public List<RatedAnswer> ratedAnswers(Optional<String> owner) {
        return database.query("""
                select q.content as question, a.reasoning, a.content, a.model, a.turn, f.rating, f.comment as remark,
                    f.created
                from feedback f
                join message a on a.id = f.message
                join message q on q.conversation = a.conversation and q.turn = a.turn and q.ordinal = 0
                join conversation c on c.id = a.conversation
                where ? or c.owner = ?
                order by f.created, a.id
                """, row -> new RatedAnswer(row.getString("question"), row.getString("reasoning"),
                        row.getString("content"), row.getString("model"), row.getInt("turn"), feedback(row),
                        Database.instant(row, "created")),
                owner.isEmpty(), owner.orElse(""));
    }

    /** Begins a conversation with its first question. */
    Conversation begin(String owner, String title, String question, List<Asked> answers) {
        Instant now = now();
        Conversation begun = new Conversation(UUID.randomUUID().toString(), title, now, now);
        return database.inTransaction(connection -> {
            Database.update(connection,
                    "insert into conversation (id, owner, title, created, updated) values (?, ?, ?, ?, ?)",
                    begun.id(), owner, title, now, now);
            insertTurn(connection, begun.id(), 0, question, answers);
            return begun;
        });
    }

    /** Asks a question as the given turn, in the place of what was there and of all that followed. */
    void putTurn(String conversation, int turn, String question, List<Asked> answers) {
        database.inTransaction(connection -> {
            Database.update(connection, "delete from message where conversation = ? and turn >= ?", conversation, turn);
            insertTurn(connection, conversation, turn, question, answers);
            return touch(connection, conversation);
        });
    }

    /** Begins another answer in the place of one; the turns after it are deleted, since they built on it. */
    void replaceAnswer(Message old, Asked answer) {
        database.inTransaction(connection -> {
            Database.update(connection, "delete from message where conversation = ? and (turn > ? or id = ?)",
                    old.conversation(), old.turn(), old.id());
            insert(connection, old.conversation(), old.turn(), old.ordinal(), answer);
            return touch(connection, old.conversation());
        });
    }

    /** Stores how an answer has ended. Without effect if it was deleted meanwhile. */
    void end(String answerId, State state, String reasoning, String content, int droppedTurns, String failure) {
        database.update("""
                update message set state = ?, reasoning = ?, content = ?, dropped_turns = ?, failure = ?, answer = null
                where answer = ?
                """, state, reasoning, content, droppedTurns, failure, answerId);
    }

    private static void insertTurn(Connection connection, String conversation, int turn, String question,
            List<Asked> answers) throws SQLException {
        Database.update(connection, """
                insert into message (conversation, turn, ordinal, role, content, reasoning, state, dropped_turns,
                    created)
                values (?, ?, 0, ?, ?, '', ?, 0, ?)
                """, conversation, turn, Role.USER, question, State.COMPLETE, now());
        for (int i = 0; i < answers.size(); i++) {
            insert(connection, conversation, turn, i + 1, answers.get(i));
        }
    }

    private static void insert(Connection connection, String conversation, int turn, int ordinal, Asked answer)
            throws SQLException {
        Database.update(connection, """
                insert into message (conversation, turn, ordinal, role, content, reasoning, model, state, dropped_turns,
                    answer, created)
                values (?, ?, ?, ?, '', '', ?, ?, 0, ?, ?)
                """, conversation, turn, ordinal, Role.ASSISTANT, answer.model(), State.WRITING, answer.answerId(),
                now());
    }

    private static int touch(Connection connection, String conversation) throws SQLException {
        return Database.update(connection, "update conversation set updated = ? where id = ?", now(), conversation);
    }

    private static void require(int rows, String id) {
        if (rows == 0) {
            throw MESSAGES.noSuchConversation(id);
        }
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    private static Conversation conversation(ResultSet row) throws SQLException {
        return new Conversation(row.getString("id"), row.getString("title"), Database.instant(row, "created"),
                Database.instant(row, "updated"));
    }

    private static Message message(ResultSet row) throws SQLException {
        return new Message(row.getLong("id"), row.getString("conversation"), row.getInt("turn"),
                row.getInt("ordinal"), Role.valueOf(row.getString("role")), row.getString("content"),
                row.getString("reasoning"), row.getString("model"), State.valueOf(row.getString("state")),
                row.getString("failure"), row.getInt("dropped_turns"), row.getString("answer"),
                Database.instant(row, "created"), row.getString("rating") == null ? null : feedback(row));
    }

    private static Feedback feedback(ResultSet row) throws SQLException {
        return new Feedback(Feedback.Rating.valueOf(row.getString("rating")), row.getString("remark"));
    }
}
