package org.medtune.generation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.medtune.generation.GenerationListener.End;
import org.medtune.model.Tokenizer;

/**
 * Answers many requests at once on one model, by continuous batching (Yu et al. 2022, Orca): requests join and leave
 * between steps, each with its own adapter or none, and a step gives a token to every one of them. What a request gets
 * does not depend on the others.
 *
 * <p>Each replica of the model has a thread that does its work; a request stays on the replica that has begun to answer
 * it. A replica is opened when there is work for it and given back some time after the last. Requests wait in one
 * bounded queue in which users take turns; the first of them waits until there is memory for its cache on one of the
 * replicas, and nobody overtakes it. Safe for use by many threads; closing ends what is open.
 */
public final class GenerationEngine implements AutoCloseable {

    private static final long LONGEST_CLOSING = TimeUnit.SECONDS.toNanos(30);

    private final int context;
    private final GenerationQueue queue;
    private final LongAdder tokens = new LongAdder();
    private final List<Thread> threads = new ArrayList<>();

    /** An engine with a single replica, which waits for work. */
    public GenerationEngine(Supplier<ModelSession> models, Tokenizer tokenizer, int context, GenerationLimits limits) {
        this(List.of(models), tokenizer, context, limits);
    }

    /**
     * An engine, which waits for work.
     *
     * @param replicas  open the model on one device each; called by the threads of the replicas
     * @param tokenizer of the model; stays the caller's
     * @param context   the most tokens of prompt and answer together
     */
    public GenerationEngine(List<Supplier<ModelSession>> replicas, Tokenizer tokenizer, int context,
            GenerationLimits limits) {
        this.context = context;
        this.queue = new GenerationQueue(limits, replicas.size());
        for (int i = 0; i < replicas.size(); i++) {
            Thread thread = new Thread(new GenerationWorker(i, queue, replicas.get(i), tokenizer, context, limits),
                    "medtune-generation-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
    }

    /**
     * Takes a request.
     *
     * @throws org.medtune.InvalidInputException when the sampling is out of range, the prompt is empty, or prompt and
     *     answer are longer than the context
     * @throws org.medtune.ConflictException     when too many requests wait, or the user has too many
     * @throws org.medtune.RecoverableException  when the engine is closed
     */
    public Generation submit(GenerationRequest request, GenerationListener listener) {
        TokenSequence.tokensToKeep(request.prompt().length, request.sampling(), context);
        Generation generation = new Generation(this, request, new CountedTokens(listener, tokens));
        queue.add(generation);
        return generation;
    }

    /** Ends the replicas' threads, which takes the current step at most; what is open fails with a sentence. */
    @Override
    public void close() {
        queue.close();
        long until = System.nanoTime() + LONGEST_CLOSING;
        try {
            for (Thread thread : threads) {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What there is to do now. */
    public GenerationLoad load() {
        return queue.load(tokens.sum());
    }

    int position(Generation generation) {
        return queue.position(generation);
    }

    void cancel(Generation generation) {
        if (queue.remove(generation)) {
            queue.ended(generation);
            generation.listener().ended(End.CANCELLED, null);
        }
    }
}
