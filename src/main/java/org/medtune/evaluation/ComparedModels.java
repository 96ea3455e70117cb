package org.medtune.evaluation;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.medtune.dataset.PromptTemplate;
import org.medtune.evaluation.ItemResult.OfModel;
import org.medtune.generation.GenerationEngine;
import org.medtune.generation.GenerationLimits;
import org.medtune.generation.ModelSession;
import org.medtune.model.ActiveAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.KeyValueCaches;
import org.medtune.model.Tokenizer;

/**
 * A base model and, if there is one, its fine-tuned self, answering items. Answers to the items ahead are generated
 * together, by continuous batching, since a step takes little longer for many answers than for one; what an answer is
 * does not depend on that. Used by one thread; closing ends what is being generated. Model, adapter and tokenizer stay
 * the caller's.
 */
public final class ComparedModels implements AutoCloseable {

    private static final String BASE = "";
    private static final String FINE_TUNED = "fine-tuned";
    private static final int SEQUENCES = 16;
    private static final long CACHE_BYTES = 2L << 30;

    private final CausalLanguageModel model;
    private final Optional<ActiveAdapter> adapter;
    private final Tokenizer tokenizer;
    private final PromptTemplate template;
    private final int maxNewTokens;
    private final List<EvaluationItem> items;
    private final GenerationEngine engine;
    private final Deque<Asked> asked = new ArrayDeque<>();
    private int nextToAsk;

    /** The answers to an item that are on their way; null where none is wanted. */
    private record Asked(int item, PendingAnswer base, PendingAnswer fineTuned) {
    }

    /**
     * Models that have answered nothing.
     *
     * @param adapter      of the fine-tuned model; empty to evaluate the base model alone
     * @param items        all of them, also those before {@code first}
     * @param first        the first item to be evaluated; the others follow in their order
     * @param maxNewTokens the most tokens of an answer
     */
    public ComparedModels(CausalLanguageModel model, Optional<ActiveAdapter> adapter, Tokenizer tokenizer,
            PromptTemplate template, List<EvaluationItem> items, int first, int maxNewTokens) {
        this.model = model;
        this.adapter = adapter;
        this.tokenizer = tokenizer;
        this.template = template;
        this.items = List.copyOf(items);
        this.nextToAsk = first;
        this.maxNewTokens = maxNewTokens;
        int context = model.configuration().maxPositionEmbeddings();
        long bytes = Math.max(CACHE_BYTES, KeyValueCaches.bytesOfOne(model, context));
        this.engine = new GenerationEngine(Session::new, tokenizer, context,
                new GenerationLimits(SEQUENCES, 2 * SEQUENCES, 2 * SEQUENCES, bytes, Duration.ofMinutes(1)));
    }

    /**
     * Evaluates the next item.
     *
     * @param stopped looked at often; once it is true the item is left
     * @return its result, or nothing if it was left
     * @throws org.medtune.RecoverableException if memory does not suffice
     */
    public Optional<ItemResult> evaluate(int item, BooleanSupplier stopped) {
        askAhead();
        EvaluationItem next = items.get(item);
        Asked answers = asked.remove();
        if (answers.item() != item) {
            throw new IllegalArgumentException("item " + answers.item() + " is next, not " + item);
        }
        Optional<RowParts> parts = Optional.ofNullable(next.inputIds())
                .map(ids -> RowParts.of(tokenizer, ids, template.inferencePrompt(next.question())));
        Optional<OfModel> base = result(next, parts, model.noAdapter(), answers.base(), stopped);
        Optional<OfModel> fineTuned = adapter.isEmpty() || base.isEmpty() ? Optional.empty()
                : result(next, parts, adapter.get(), answers.fineTuned(), stopped);
        if (base.isEmpty() || adapter.isPresent() && fineTuned.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new ItemResult(item, next.kind(), next.row(), next.question(), next.reference(),
                next.choices(), base.get(), fineTuned.orElse(null)));
    }

    @Override
    public void close() {
        engine.close();
    }

    private void askAhead() {
        while (nextToAsk < items.size() && asked.size() < SEQUENCES / 2) {
            EvaluationItem item = items.get(nextToAsk);
            asked.add(new Asked(nextToAsk, item.answered() ? ask(item, BASE) : null,
                    item.answered() && adapter.isPresent() ? ask(item, FINE_TUNED) : null));
            nextToAsk++;
        }
    }

    private PendingAnswer ask(EvaluationItem item, String who) {
        int[] prompt = tokenizer.encodeWithBeginOfSentence(template.inferencePrompt(item.question()));
        int room = model.configuration().maxPositionEmbeddings() - prompt.length;
        if (room < 1) {
            MESSAGES.questionNotAsked(item.row(), prompt.length, model.configuration().maxPositionEmbeddings());
            return PendingAnswer.none();
        }
        return PendingAnswer.of(engine, who, prompt, Math.min(maxNewTokens, room), tokenizer.stopIds());
    }

    private Optional<OfModel> result(EvaluationItem item, Optional<RowParts> parts, ActiveAdapter who,
            PendingAnswer answer, BooleanSupplier stopped) {
        if (stopped.getAsBoolean()) {
            return Optional.empty();
        }
        RowLikelihood likelihood =
                parts.map(found -> RowLikelihood.of(model, item.inputIds(), found, who)).orElse(null);
        if (answer == null) {
            return Optional.of(new OfModel(likelihood, null));
        }
        return answer.await(stopped).map(generated -> new OfModel(likelihood, generated));
    }

    /** The engine's use of the two; nothing is loaded for it. */
    private final class Session implements ModelSession {

        @Override
        public CausalLanguageModel model() {
            return model;
        }

        @Override
        public ActiveAdapter adapter(String name) {
            return name.equals(BASE) ? model.noAdapter() : adapter.orElseThrow();
        }

        @Override
        public void release(String name) {
            // both stay for as long as the comparison
        }

        @Override
        public void close() {
            // they are the caller's
        }
    }
}
