package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.medtune.chat.ChatAnswer;
import org.medtune.conversation.Conversations;

/**
 * {@code GET /api/chat/answers/ANSWER/events}: an answer as it is written, as server-sent events. The parameters
 * {@code reasoning} and {@code content} say how many characters the reader has already; a browser that reconnects says
 * so in {@code Last-Event-ID}. A servlet and no REST resource, since only servlets write without blocking a thread.
 */
@WebServlet(urlPatterns = "/api/chat/answers/*", asyncSupported = true)
public final class AnswerEventsServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;
    private static final Pattern PATH = Pattern.compile("/([^/]+)/events");
    private static final Pattern EVENT_ID = Pattern.compile("(\\d{1,9})-(\\d{1,9})");

    @Inject
    private transient Conversations conversations;

    @Inject
    private transient CurrentUser user;

    @Resource
    private transient ManagedScheduledExecutorService executor;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            ChatAnswer answer = conversations.live(user.name(), answerId(request));
            EventStream.answer(request, response, new AnswerEventSource(answer, events(request)), executor);
        } catch (RuntimeException e) {
            EventStream.refuse(response, e);
        }
    }

    private static String answerId(HttpServletRequest request) {
        String path = request.getPathInfo();
        Matcher matcher = PATH.matcher(path == null ? "" : path);
        if (!matcher.matches()) {
            throw MESSAGES.noSuchAnswer(path == null ? "" : path.substring(1));
        }
        return matcher.group(1);
    }

    private static AnswerEvents events(HttpServletRequest request) {
        String last = request.getHeader("Last-Event-ID");
        Matcher matcher = EVENT_ID.matcher(last == null ? "" : last);
        return matcher.matches()
                ? new AnswerEvents(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)))
                : new AnswerEvents(offset(request, "reasoning"), offset(request, "content"));
    }

    private static int offset(HttpServletRequest request, String name) {
        String text = request.getParameter(name);
        return text == null ? 0 : QueryNumber.read(name, text, 0, Integer.MAX_VALUE);
    }
}
