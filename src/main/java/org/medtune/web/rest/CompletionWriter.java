package org.medtune.web.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.medtune.chat.AnswerSnapshot;
import org.medtune.chat.AnswerSnapshot.Phase;
import org.medtune.chat.ChatAnswer;

/**
 * Writes an answer to a client while it comes. While there is no news it writes something that means nothing, as
 * DeepSeek's API does (comments between events, blank lines before JSON), since only a write shows that the client is
 * gone; the answer is cancelled then.
 */
final class CompletionWriter {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final ChatAnswer answer;
    private final String id;
    private final long created = Instant.now().getEpochSecond();

    CompletionWriter(ChatAnswer answer) {
        this.answer = answer;
        this.id = "chatcmpl-" + answer.id();
    }

    /** Waits a moment for the end; the result is the answer then, ended or not. */
    AnswerSnapshot await() throws InterruptedException {
        AnswerSnapshot snapshot = answer.snapshot();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!snapshot.phase().isFinal() && System.nanoTime() < end) {
            snapshot = answer.awaitChange(snapshot.version(), PATIENCE);
        }
        return snapshot;
    }

    /** Writes it whole, or the error that it ended with. */
    void writeWhole(OutputStream out) {
        write(() -> {
            AnswerSnapshot snapshot = await();
            while (!snapshot.phase().isFinal()) {
                out.write('\n');
                out.flush();
                snapshot = await();
            }
            MAPPER.writeValue(out, snapshot.phase() == Phase.FAILED
                    ? OpenAiError.of(snapshot.failure()) : whole(snapshot));
        });
    }

    /** The whole answer. */
    Completion whole(AnswerSnapshot ended) {
        Completion.Text message = new Completion.Text("assistant", ended.content(),
                ended.reasoning().isEmpty() ? null : ended.reasoning());
        return new Completion(id, "chat.completion", created, answer.request().model(),
                List.of(new Completion.Choice(0, message, null, Completion.finishReason(ended))),
                Completion.Usage.of(ended));
    }

    /** Writes it in pieces, as server-sent events. */
    void writeEvents(OutputStream out, boolean includeUsage) {
        write(() -> {
            event(out, chunk(new Completion.Text("assistant", "", null), null));
            int reasoning = 0;
            int content = 0;
            AnswerSnapshot snapshot = answer.snapshot();
            while (true) {
                if (snapshot.reasoning().length() > reasoning) {
                    event(out, chunk(new Completion.Text(null, null, snapshot.reasoning().substring(reasoning)), null));
                    reasoning = snapshot.reasoning().length();
                }
                if (snapshot.content().length() > content) {
                    event(out, chunk(new Completion.Text(null, snapshot.content().substring(content), null), null));
                    content = snapshot.content().length();
                }
                if (snapshot.phase().isFinal()) {
                    break;
                }
                long seen = snapshot.version();
                snapshot = answer.awaitChange(seen, PATIENCE);
                if (snapshot.version() == seen) {
                    out.write(": waiting\n\n".getBytes(StandardCharsets.UTF_8));
                    out.flush();
                }
            }
            end(out, snapshot, includeUsage);
        });
    }

    private void end(OutputStream out, AnswerSnapshot ended, boolean includeUsage) throws IOException {
        if (ended.phase() == Phase.FAILED) {
            event(out, OpenAiError.of(ended.failure()));
            return;
        }
        event(out, chunk(new Completion.Text(null, null, null), Completion.finishReason(ended)));
        if (includeUsage) {
            event(out, new Completion(id, "chat.completion.chunk", created, answer.request().model(), List.of(),
                    Completion.Usage.of(ended)));
        }
        out.write("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private Completion chunk(Completion.Text delta, String finishReason) {
        return new Completion(id, "chat.completion.chunk", created, answer.request().model(),
                List.of(new Completion.Choice(0, null, delta, finishReason)), null);
    }

    private static void event(OutputStream out, Object data) throws IOException {
        out.write(("data: " + MAPPER.writeValueAsString(data) + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private void write(Writing writing) {
        try {
            writing.run();
        } catch (IOException e) {
            // the client is gone
            answer.cancel();
        } catch (InterruptedException e) {
            answer.cancel();
            Thread.currentThread().interrupt();
        }
    }

    private interface Writing {
        void run() throws IOException, InterruptedException;
    }
}
