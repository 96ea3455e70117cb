package org.medtune.generation;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.medtune.MedtuneException;
import org.medtune.generation.GenerationListener.End;
import org.medtune.model.KeyValueCache;
import org.medtune.model.KeyValueCaches;
import org.medtune.model.Tokenizer;

/**
 * Answers many requests at once on one model, by continuous batching (Yu et al. 2022, Orca): requests join and leave
 * between steps, each with its own adapter or none, and a step gives a token to every one of them. What a request gets
 * does not depend on the others.
 *
 * <p>One thread of its own does the work. The model is opened when there is work and given back some time after the
 * last. Requests wait in a bounded queue in which users take turns; the first of them waits until there is memory for
 * its cache, and nobody overtakes it. Safe for use by many threads; closing ends what is open.
 */
public final class GenerationEngine implements AutoCloseable {

    private static final long LONGEST_CLOSING = TimeUnit.SECONDS.toMillis(30);

    private final Supplier<ModelSession> models;
    private final Tokenizer tokenizer;
    private final int context;
    private final GenerationLimits limits;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final FairQueue<Generation> waiting = new FairQueue<>();
    private final Map<String, Integer> openByUser = new HashMap<>();
    private Generation next;
    private boolean closed;

    // of the engine's thread alone
    private final List<RunningGeneration> running = new ArrayList<>();
    private ModelSession session;
    private KeyValueCaches caches;

    /**
     * An engine, which waits for work.
     *
     * @param models    opens the model; called by the engine's thread
     * @param tokenizer of the model; stays the caller's
     * @param context   the most tokens of prompt and answer together
     */
    public GenerationEngine(Supplier<ModelSession> models, Tokenizer tokenizer, int context, GenerationLimits limits) {
        this.models = models;
        this.tokenizer = tokenizer;
        this.context = context;
        this.limits = limits;
        this.thread = new Thread(this::run, "medtune-generation");
        thread.setDaemon(true);
        thread.start();
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
        lock.lock();
        try {
            if (closed) {
                throw MESSAGES.answersEnded();
            }
            int open = openByUser.getOrDefault(request.user(), 0);
            if (open >= limits.openOfUser()) {
                throw MESSAGES.tooManyQuestionsOfUser(open);
            }
            if (waiting.size() >= limits.waiting()) {
                throw MESSAGES.tooManyQuestions(waiting.size());
            }
            Generation generation = new Generation(this, request, listener);
            openByUser.put(request.user(), open + 1);
            waiting.add(request.user(), generation);
            work.signal();
            return generation;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the engine's thread, which takes the current step at most; what is open fails with a sentence. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            work.signal();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(LONGEST_CLOSING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    int position(Generation generation) {
        lock.lock();
        try {
            int ahead = next == null || next == generation ? 0 : 1;
            int position = waiting.position(generation.request().user(), generation);
            return next == generation ? 0 : position + ahead;
        } finally {
            lock.unlock();
        }
    }

    void cancel(Generation generation) {
        boolean waited;
        lock.lock();
        try {
            waited = waiting.remove(generation.request().user(), generation);
            work.signal();
        } finally {
            lock.unlock();
        }
        if (waited) {
            end(generation, End.CANCELLED, null);
        }
    }

    private void run() {
        try {
            while (awaitWork()) {
                try {
                    round();
                } catch (MedtuneException e) {
                    failAll(e);
                } catch (RuntimeException | Error e) {
                    failAll(unexpected(e));
                }
            }
        } finally {
            failAll(MESSAGES.answersEnded());
            drain().forEach(generation -> end(generation, End.FAILED, MESSAGES.answersEnded()));
        }
    }

    /** False when the engine is to end. */
    private boolean awaitWork() {
        while (true) {
            lock.lock();
            try {
                if (closed) {
                    return false;
                }
                if (!running.isEmpty() || next != null || waiting.size() > 0) {
                    return true;
                }
                if (session == null) {
                    work.awaitUninterruptibly();
                    continue;
                }
                if (work.await(limits.keepModelIdle().toMillis(), TimeUnit.MILLISECONDS)) {
                    continue;
                }
            } catch (InterruptedException e) {
                return false;
            } finally {
                lock.unlock();
            }
            closeSession();
        }
    }

    private void round() {
        leave();
        join();
        prefill();
        step();
    }

    private void leave() {
        for (RunningGeneration cancelled : running.stream().filter(r -> r.generation().cancelled()).toList()) {
            finish(cancelled, End.CANCELLED, null);
        }
        Generation first = next;
        if (first != null && first.cancelled()) {
            setNext(null);
            end(first, End.CANCELLED, null);
        }
    }

    private void join() {
        while (running.size() < limits.sequences()) {
            if (next == null) {
                takeNext();
            }
            if (next == null || !start(next)) {
                return;
            }
            setNext(null);
        }
    }

    /** Starts to answer; false if there is no memory for it now. One that cannot be answered at all ends here. */
    private boolean start(Generation generation) {
        try {
            openSession();
            GenerationRequest request = generation.request();
            int capacity = TokenSequence.tokensToKeep(request.prompt().length, request.sampling(), context);
            if (!caches.canHold(capacity)) {
                throw MESSAGES.cacheTooSmall(request.prompt().length, request.sampling().maxNewTokens(),
                        caches.mostTokens());
            }
            Optional<KeyValueCache> cache = caches.take(capacity);
            if (cache.isEmpty()) {
                return false;
            }
            start(generation, cache.get());
        } catch (MedtuneException e) {
            end(generation, End.FAILED, e);
        } catch (RuntimeException e) {
            end(generation, End.FAILED, unexpected(e));
        }
        return true;
    }

    private void start(Generation generation, KeyValueCache cache) {
        GenerationRequest request = generation.request();
        try {
            TokenSequence sequence = new TokenSequence(session.model(), request.prompt(),
                    session.adapter(request.adapter()), request.sampling(), request.stopIds(), cache);
            running.add(new RunningGeneration(generation, sequence, tokenizer));
        } catch (RuntimeException | Error e) {
            cache.close();
            throw e;
        }
        generation.listener().started();
    }

    /** Takes prompts in, the oldest first, for about as long as one piece of a long one takes. */
    private void prefill() {
        int tokens = 0;
        for (RunningGeneration generation : List.copyOf(running)) {
            TokenSequence sequence = generation.sequence();
            if (sequence.prefilled() || tokens >= TokenSequence.PREFILL) {
                continue;
            }
            tokens += sequence.prefill();
            if (sequence.prefilled()) {
                tell(generation);
            }
        }
    }

    private void step() {
        List<RunningGeneration> ready = running.stream().filter(r -> r.sequence().prefilled()).toList();
        if (!ready.isEmpty()) {
            TokenSequence.step(session.model(), ready.stream().map(RunningGeneration::sequence).toList());
            ready.forEach(this::tell);
        }
    }

    private void tell(RunningGeneration generation) {
        generation.tell().ifPresent(end -> finish(generation, end, null));
    }

    private void finish(RunningGeneration generation, End end, MedtuneException failure) {
        running.remove(generation);
        generation.sequence().close();
        session.release(generation.generation().request().adapter());
        end(generation.generation(), end, failure);
    }

    private void end(Generation generation, End end, MedtuneException failure) {
        lock.lock();
        try {
            openByUser.computeIfPresent(generation.request().user(), (user, open) -> open == 1 ? null : open - 1);
        } finally {
            lock.unlock();
        }
        generation.listener().ended(end, failure);
    }

    private void failAll(MedtuneException failure) {
        List.copyOf(running).forEach(generation -> finish(generation, End.FAILED, failure));
        // whatever is wrong with the model or the memory, the next request begins anew
        closeSession();
    }

    private static MedtuneException unexpected(Throwable thrown) {
        String reference = UUID.randomUUID().toString();
        MESSAGES.answersFailed(reference, thrown);
        return MESSAGES.answerFailed(reference);
    }

    private void takeNext() {
        lock.lock();
        try {
            next = waiting.poll().orElse(null);
        } finally {
            lock.unlock();
        }
    }

    private void setNext(Generation generation) {
        lock.lock();
        try {
            next = generation;
        } finally {
            lock.unlock();
        }
    }

    private List<Generation> drain() {
        lock.lock();
        try {
            List<Generation> left = waiting.drain();
            if (next != null) {
                left.add(0, next);
                next = null;
            }
            return left;
        } finally {
            lock.unlock();
        }
    }

    private void openSession() {
        if (session == null) {
            session = models.get();
            caches = new KeyValueCaches(session.model(), limits.cacheBytes());
        }
    }

    private void closeSession() {
        if (session != null) {
            caches.close();
            session.close();
            session = null;
        }
    }
}
