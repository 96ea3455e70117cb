package org.medtune.ops;

import static org.medtune.MedtuneMessages.MESSAGES;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.medtune.adapter.AdapterFolder;
import org.medtune.adapter.LoraAdapter;
import org.medtune.evaluation.ComparedModels;
import org.medtune.evaluation.EvaluationReport;
import org.medtune.evaluation.ItemResult;
import org.medtune.evaluation.ResultLog;
import org.medtune.model.Tokenizer;

/**
 * An evaluation at work. What was evaluated before an interruption is not evaluated again, and the report is the same
 * as without one. Used by one thread.
 */
public final class EvaluationRun implements AutoCloseable {

    private final EvaluationPlan plan;
    private final EvaluationFolder folder;
    private final ResultLog log;
    private final BaseModels.Lease base;
    private final Optional<LoraAdapter> adapter;
    private final Tokenizer tokenizer;
    private final ComparedModels models;
    private int done;
    private boolean healthy = true;

    private EvaluationRun(EvaluationPlan plan, EvaluationFolder folder, ResultLog log, BaseModels.Lease base,
            Optional<LoraAdapter> adapter, Tokenizer tokenizer, int maxNewTokens) {
        this.plan = plan;
        this.folder = folder;
        this.log = log;
        this.base = base;
        this.adapter = adapter;
        this.tokenizer = tokenizer;
        this.done = log.results().size();
        this.models = new ComparedModels(base.model(), adapter.map(LoraAdapter::active), tokenizer, plan.template(),
                plan.items(), done, maxNewTokens);
    }

    /**
     * Loads what is needed and goes to where the evaluation stands.
     *
     * @throws org.medtune.InvalidInputException if something does not fit
     * @throws org.medtune.RecoverableException  if memory or disk do not suffice
     */
    public static EvaluationRun open(EvaluationPlan plan, EvaluationFolder folder, BaseModels models) {
        ResultLog log = ResultLog.open(folder.create().results(), plan.fingerprint());
        BaseModels.Lease base = null;
        Optional<LoraAdapter> adapter = Optional.empty();
        Tokenizer tokenizer = null;
        try {
            base = models.lend(plan.model());
            if (plan.adapter().isPresent()) {
                adapter = Optional.of(AdapterFolder.open(plan.adapter().get()).load(base.model()));
            }
            tokenizer = Tokenizer.open(plan.model().folder());
            return new EvaluationRun(plan, folder, log, base, adapter, tokenizer, plan.subject().maxNewTokens());
        } catch (RuntimeException | Error e) {
            if (tokenizer != null) {
                tokenizer.close();
            }
            adapter.ifPresent(LoraAdapter::close);
            if (base != null) {
                base.close();
            }
            log.close();
            throw e;
        }
    }

    /** Items of the whole evaluation. */
    public int total() {
        return plan.items().size();
    }

    /** Items whose results are kept, those before a restart included. */
    public int done() {
        return done;
    }

    /** False after an item has failed or was left; a restart goes on from it. */
    public boolean healthy() {
        return healthy;
    }

    /**
     * Evaluates the next item.
     *
     * @param stopped looked at often; once it is true the item is left
     * @return its result, or nothing if it was left
     */
    public Optional<ItemResult> evaluate(BooleanSupplier stopped) {
        healthy = false;
        Optional<ItemResult> result = models.evaluate(done, stopped);
        healthy = result.isPresent();
        return result;
    }

    /** Makes the result of the item that has just been evaluated durable. */
    public void keep(ItemResult result) {
        healthy = false;
        log.append(result);
        done++;
        healthy = true;
    }

    /** Whether everything has been evaluated. */
    public boolean complete() {
        return done == total();
    }

    /** Writes the report of a complete evaluation. */
    public EvaluationReport finish() {
        EvaluationReport report =
                EvaluationReport.of(plan.subject(), log.results(), plan.duplicates().get());
        folder.write(report);
        MESSAGES.evaluated(plan.subject().name(), total(), folder.path());
        return report;
    }

    @Override
    public void close() {
        models.close();
        tokenizer.close();
        adapter.ifPresent(LoraAdapter::close);
        base.close();
        log.close();
    }
}
