package org.medtune.web.rest;

import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.medtune.chat.ChatAnswer;

/**
 * Threads that write answers to clients, one an answer: whoever reads slowly holds up his own, and none of those with
 * which the server takes requests. There are never more than the chat has answers open.
 */
final class AnswerThreads implements AutoCloseable {

    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "medtune-answer");
        thread.setDaemon(true);
        return thread;
    });

    /** Writes an answer; it is cancelled if the server is about to end. */
    void write(ChatAnswer answer, Runnable writing) {
        try {
            threads.execute(writing);
        } catch (RejectedExecutionException e) {
            answer.cancel();
            throw e;
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    /** Gives the container its one instance. */
    @Dependent
    public static final class Producer {

        @Produces
        @Singleton
        static AnswerThreads threads() {
            return new AnswerThreads();
        }

        static void release(@Disposes AnswerThreads threads) {
            threads.close();
        }
    }
}
