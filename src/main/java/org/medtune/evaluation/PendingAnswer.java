package org.medtune.evaluation;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.medtune.MedtuneException;
import org.medtune.generation.GenerationEngine;
import org.medtune.generation.GenerationListener;
import org.medtune.generation.GenerationRequest;
import org.medtune.generation.SamplingParameters;

/** An answer that is being generated: the engine's thread tells it, another one waits for it. */
final class PendingAnswer implements GenerationListener {

    /** How long a stop may go unnoticed. */
    private static final long MILLISECONDS = 100;

    private final StringBuilder text = new StringBuilder();
    private final CompletableFuture<GeneratedAnswer> answer = new CompletableFuture<>();
    private int tokens;

    private PendingAnswer() {
    }

    /** The empty answer of a model that could not be asked. */
    static PendingAnswer none() {
        PendingAnswer pending = new PendingAnswer();
        pending.answer.complete(new GeneratedAnswer("", 0, false));
        return pending;
    }

    static PendingAnswer of(GenerationEngine engine, String adapter, int[] prompt, int maxNewTokens,
            Set<Integer> stopIds) {
        PendingAnswer pending = new PendingAnswer();
        engine.submit(new GenerationRequest("evaluation", adapter, prompt, SamplingParameters.greedy(maxNewTokens),
                stopIds), pending);
        return pending;
    }

    /**
     * Waits for the answer; nothing once {@code stopped} is true.
     *
     * @throws MedtuneException why it failed
     */
    Optional<GeneratedAnswer> await(BooleanSupplier stopped) {
        while (!stopped.getAsBoolean()) {
            try {
                return Optional.of(answer.get(MILLISECONDS, TimeUnit.MILLISECONDS));
            } catch (TimeoutException e) {
                // it is still being written
            } catch (ExecutionException e) {
                throw (MedtuneException) e.getCause();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    @Override
    public void started() {
        // nobody watches
    }

    @Override
    public void token(String piece, int tokensSoFar) {
        text.append(piece);
        tokens = tokensSoFar;
    }

    @Override
    public void ended(End end, MedtuneException failure) {
        if (failure != null) {
            answer.completeExceptionally(failure);
        } else {
            answer.complete(new GeneratedAnswer(text.toString(), tokens, end == End.STOPPED));
        }
    }
}
