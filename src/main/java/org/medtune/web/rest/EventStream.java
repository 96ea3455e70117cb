package org.medtune.web.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Sends server-sent events (HTML Standard, section 9.2) to one reader, some times a second, without a thread of its
 * own. A reader that takes nothing is not waited for: its source is not asked then, and it gets all at once when it
 * reads again.
 */
final class EventStream implements WriteListener {

    private static final byte[] SIGN_OF_LIFE = ":\n\n".getBytes(StandardCharsets.UTF_8);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final ServletOutputStream out;
    private final Source source;
    private final Runnable complete;
    private ScheduledFuture<?> rounds;
    private int quietRounds;
    private boolean unflushed;
    private boolean ended;

    /** What there is to tell one reader. Asked by one thread at a time. */
    interface Source {

        /** How often it is asked. */
        Duration period();

        /** Rounds without news after which a blank line is sent, to notice that the reader is gone. */
        int quietRounds();

        /** What is new since it was asked the last time, as whole events; empty if nothing is. */
        String news() throws InterruptedException;

        /** Whether nothing comes behind what was given. */
        boolean ended();

        /** Tells the log that the events end, since the source has failed. */
        void failed(RuntimeException thrown);
    }

    EventStream(ServletOutputStream out, Source source, Runnable complete) {
        this.out = out;
        this.source = source;
        this.complete = complete;
    }

    /** Answers a request with events, which go on after this method has returned. */
    static void answer(HttpServletRequest request, HttpServletResponse response, Source source,
            ScheduledExecutorService executor) throws IOException {
        response.setContentType("text/event-stream;charset=UTF-8");
        response.setHeader("Cache-Control", "no-store");
        // asks proxies such as nginx not to collect what should arrive at once
        response.setHeader("X-Accel-Buffering", "no");
        AsyncContext async = request.startAsync();
        async.setTimeout(0);
        new EventStream(async.getResponse().getOutputStream(), source, async::complete).begin(executor);
    }

    /** Answers with what is wrong, as resources do. */
    static void refuse(HttpServletResponse response, RuntimeException thrown) throws IOException {
        Response problem = new ProblemMapper().toResponse(thrown);
        response.setStatus(problem.getStatus());
        response.setContentType(Problem.MEDIA_TYPE);
        MAPPER.writeValue(response.getOutputStream(), problem.getEntity());
    }

    synchronized void begin(ScheduledExecutorService executor) {
        out.setWriteListener(this);
        rounds = executor.scheduleWithFixedDelay(this::round, 0, source.period().toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public synchronized void onWritePossible() throws IOException {
        if (!ended) {
            flush();
        }
    }

    @Override
    public synchronized void onError(Throwable thrown) {
        // the reader is gone
        end();
    }

    private synchronized void round() {
        try {
            if (!ended && !source.ended() && !unflushed && out.isReady()) {
                send();
            }
        } catch (IOException e) {
            end();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end();
        } catch (RuntimeException e) {
            source.failed(e);
            end();
        }
    }

    private void send() throws IOException, InterruptedException {
        byte[] news = source.news().getBytes(StandardCharsets.UTF_8);
        if (news.length > 0) {
            quietRounds = 0;
            write(news);
        } else if (++quietRounds >= source.quietRounds()) {
            quietRounds = 0;
            write(SIGN_OF_LIFE);
        }
    }

    private void write(byte[] bytes) throws IOException {
        out.write(bytes);
        unflushed = true;
        flush();
    }

    private void flush() throws IOException {
        if (unflushed && out.isReady()) {
            unflushed = false;
            out.flush();
        }
        if (source.ended() && !unflushed && out.isReady()) {
            end();
        }
    }

    private void end() {
        if (!ended) {
            ended = true;
            rounds.cancel(false);
            complete.run();
        }
    }
}
