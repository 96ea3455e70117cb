package org.medtune.generation;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.medtune.MedtuneException;
import org.medtune.generation.GenerationListener.End;
import org.medtune.model.KeyValueCache;
import org.medtune.model.KeyValueCaches;
import org.medtune.model.Tokenizer;

/**
 * One replica of the model at work: takes requests out of the queue, and gives a token to each of them in every round.
 * All is done by its own thread.
 */
final class GenerationWorker implements Runnable {

    private final int place;
    private final GenerationQueue queue;
    private final Supplier<ModelSession> models;
    private final Tokenizer tokenizer;
    private final int context;
    private final GenerationLimits limits;
    private final List<RunningGeneration> running = new ArrayList<>();
    private ModelSession session;
    private KeyValueCaches caches;

    /**
     * A worker that has not begun.
     *
     * @param place number of the worker, from 0
     * @param models opens the replica; called by the worker's thread
     */
    GenerationWorker(int place, GenerationQueue queue, Supplier<ModelSession> models, Tokenizer tokenizer, int context,
            GenerationLimits limits) {
        this.place = place;
        this.queue = queue;
        this.models = models;
        this.tokenizer = tokenizer;
        this.context = context;
        this.limits = limits;
    }

    @Override
    public void run() {
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
            queue.drain().forEach(generation -> end(generation, End.FAILED, MESSAGES.answersEnded()));
        }
    }

    /** False when the worker is to end. */
    private boolean awaitWork() {
        if (!running.isEmpty()) {
            return !queue.closed();
        }
        GenerationQueue.Found found;
        do {
            found = queue.await(place, Optional.ofNullable(session).map(open -> limits.keepModelIdle()));
            if (found == GenerationQueue.Found.NOTHING) {
                closeSession();
            }
        } while (found == GenerationQueue.Found.NOTHING);
        return found == GenerationQueue.Found.WORK;
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
    }

    private void join() {
        for (Optional<Generation> next = queue.claim(place); next.isPresent(); next = queue.claim(place)) {
            start(next.get());
        }
    }

    /** Starts to answer, or leaves it to others; one that cannot be answered at all ends here. */
    private void start(Generation generation) {
        try {
            openSession();
        } catch (MedtuneException e) {
            if (queue.anotherMayTake(place)) {
                MESSAGES.replicaCannotAnswer(place, e.getMessage());
                leaveToOthers(generation);
            } else {
                drop(generation, e);
            }
            return;
        }
        try {
            GenerationRequest request = generation.request();
            int capacity = TokenSequence.tokensToKeep(request.prompt().length, request.sampling(), context);
            if (!caches.canHold(capacity)) {
                throw MESSAGES.cacheTooSmall(request.prompt().length, request.sampling().maxNewTokens(),
                        caches.mostTokens());
            }
            Optional<KeyValueCache> cache = caches.take(capacity);
            if (cache.isEmpty()) {
                leaveToOthers(generation);
                return;
            }
            running.add(sequence(generation, cache.get()));
        } catch (MedtuneException e) {
            drop(generation, e);
            return;
        } catch (RuntimeException | Error e) {
            drop(generation, unexpected(e));
            return;
        }
        queue.started(place);
        generation.listener().started();
    }

    private RunningGeneration sequence(Generation generation, KeyValueCache cache) {
        GenerationRequest request = generation.request();
        try {
            return new RunningGeneration(generation, new TokenSequence(session.model(), request.prompt(),
                    session.adapter(request.adapter()), request.sampling(), request.stopIds(), cache), tokenizer);
        } catch (RuntimeException | Error e) {
            cache.close();
            throw e;
        }
    }

    private void leaveToOthers(Generation generation) {
        if (!queue.refuse(place)) {
            end(generation, End.CANCELLED, null);
        }
    }

    private void drop(Generation generation, MedtuneException failure) {
        queue.drop();
        end(generation, End.FAILED, failure);
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
        queue.left(place);
        end(generation.generation(), end, failure);
    }

    private void end(Generation generation, End end, MedtuneException failure) {
        queue.ended(generation);
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

    private void openSession() {
        if (session == null) {
            ModelSession opened = models.get();
            caches = new KeyValueCaches(opened.model(), limits.cacheBytes());
            session = opened;
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
