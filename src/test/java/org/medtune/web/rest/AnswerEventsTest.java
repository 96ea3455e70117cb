package org.medtune.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.medtune.MedtuneMessages;
import org.medtune.chat.AnswerSnapshot;
import org.medtune.chat.AnswerSnapshot.Phase;

class AnswerEventsTest {

    @Test
    void sendsWhatHasBeenAdded() {
        // given
        AnswerEvents events = new AnswerEvents(0, 0);

        // when
        String[] first = lines(events.next(snapshot(1, Phase.RUNNING, "想一", "")));
        String[] second = lines(events.next(snapshot(2, Phase.RUNNING, "想一想", "**好")));
        String[] last = lines(events.next(snapshot(3, Phase.STOPPED_ITSELF, "想一想", "**好**\n\n行")));

        // then
        assertThat(first).startsWith("event: news", "id: 2-0");
        assertThat(data(first).path("reasoning").asText()).isEqualTo("想一");
        assertThat(second).startsWith("event: news", "id: 3-3");
        assertThat(data(second).path("reasoning").asText()).isEqualTo("想");
        assertThat(data(second).path("content").asText()).isEqualTo("**好");
        assertThat(last).startsWith("event: end", "id: 3-8");
        assertThat(data(last).path("content").asText()).isEqualTo("**\n\n行");
        assertThat(data(last).path("html").asText()).isEqualTo("<p><strong>好</strong></p>\n<p>行</p>\n");
        assertThat(data(last).path("phase").asText()).isEqualTo("stopped_itself");
    }

    @Test
    void goesOnFromWhatTheReaderHas() {
        AnswerEvents events = new AnswerEvents(2, 1);

        JsonNode data = data(lines(events.next(snapshot(9, Phase.RUNNING, "abc", "xy"))));

        assertThat(data.path("reasoning").asText()).isEqualTo("c");
        assertThat(data.path("content").asText()).isEqualTo("y");
        assertThat(data.path("html").asText()).isEqualTo("<p>xy</p>\n");
    }

    @Test
    void tellsWhyAnAnswerFailed() {
        AnswerSnapshot failed = new AnswerSnapshot(1, Phase.FAILED, 0, "", "", 0, 0, 0,
                MedtuneMessages.MESSAGES.questionEmpty());

        JsonNode data = data(lines(new AnswerEvents(0, 0).next(failed)));

        assertThat(data.path("failure").asText()).startsWith("MEDTUNE000453: ");
    }

    @Test
    void keepsLineEndsOutOfTheLines() {
        String event = new AnswerEvents(0, 0).next(snapshot(1, Phase.RUNNING, "a\nb\r\n\n", "c\n\nevent: end\n\n"));

        assertThat(lines(event)).hasSize(3);
    }

    private static AnswerSnapshot snapshot(long version, Phase phase, String reasoning, String content) {
        return new AnswerSnapshot(version, phase, 0, reasoning, content, 0, 1, 1, null);
    }

    private static String[] lines(String event) {
        assertThat(event).endsWith("\n\n");
        return event.split("\n");
    }

    private static JsonNode data(String[] lines) {
        assertThat(lines[2]).startsWith("data: ");
        try {
            return new ObjectMapper().readTree(lines[2].substring("data: ".length()));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
