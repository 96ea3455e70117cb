package org.medtune.ops;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.medtune.StopSignal;
import org.medtune.model.CausalLanguageModel;
import org.medtune.model.ModelFolder;

/**
 * The frozen base models of a server, each loaded once and shared by all who use it at the same time. A model that
 * nobody uses stays loaded until another one is asked for. May be used by several threads. Closing releases all that
 * nobody uses, and the others when they are given back: a run that is told to stop because the application ends still
 * finishes its step.
 */
public final class BaseModels implements AutoCloseable {

    private final Map<ModelChoice, Entry> entries = new HashMap<>();
    private boolean closed;
    /** The keys of the entries, for those who cannot wait until a model is loaded. */
    private final Set<ModelChoice> loaded = ConcurrentHashMap.newKeySet();

    /** The right to use a model; closing it gives the right back, and the model stays. */
    public interface Lease extends AutoCloseable {

        CausalLanguageModel model();

        @Override
        void close();
    }

    /** {@link #lend(ModelChoice, StopSignal)}, however long it takes. */
    public Lease lend(ModelChoice choice) {
        return lend(choice, StopSignal.NEVER);
    }

    /**
     * Lends a model, loading it if it is not there yet.
     *
     * @throws org.medtune.StoppedException      if a stop is asked for while it is loaded
     * @throws org.medtune.InvalidInputException if the folder does not hold a model that can be used
     * @throws org.medtune.RecoverableException  if memory does not suffice
     */
    public synchronized Lease lend(ModelChoice choice, StopSignal stop) {
        stop.check();
        Entry entry = entries.get(choice);
        if (entry == null) {
            releaseUnused();
            ModelFolder folder = ModelFolder.open(choice.folder());
            entry = new Entry(CausalLanguageModel.load(
                    folder, choice.device(), choice.type(), choice.quantization(), choice.loftQ(), stop));
            entries.put(choice, entry);
            loaded.add(choice);
        }
        entry.users++;
        return new EntryLease(entry);
    }

    /**
     * Lends several models, all or none, in the order of the choices; those that are not there are loaded one after the
     * other.
     *
     * @throws org.medtune.StoppedException      if a stop is asked for while they are loaded
     * @throws org.medtune.InvalidInputException if a folder does not hold a model that can be used
     * @throws org.medtune.RecoverableException  if the memory of one of the devices does not suffice
     */
    public List<Lease> lendAll(List<ModelChoice> choices, StopSignal stop) {
        List<Lease> leases = new ArrayList<>();
        try {
            for (ModelChoice choice : choices) {
                leases.add(lend(choice, stop));
            }
            return List.copyOf(leases);
        } catch (RuntimeException | Error e) {
            leases.forEach(Lease::close);
            throw e;
        }
    }

    /** Whether a model is loaded now. */
    public boolean isLoaded(ModelChoice choice) {
        return loaded.contains(choice);
    }

    @Override
    public synchronized void close() {
        closed = true;
        releaseUnused();
    }

    private void releaseUnused() {
        for (Iterator<Map.Entry<ModelChoice, Entry>> all = entries.entrySet().iterator(); all.hasNext();) {
            Map.Entry<ModelChoice, Entry> one = all.next();
            if (one.getValue().users == 0) {
                loaded.remove(one.getKey());
                one.getValue().model.close();
                all.remove();
            }
        }
    }

    private synchronized void giveBack(Entry entry) {
        entry.users--;
        if (closed) {
            releaseUnused();
        }
    }

    private static final class Entry {
        private final CausalLanguageModel model;
        private int users;

        Entry(CausalLanguageModel model) {
            this.model = model;
        }
    }

    private final class EntryLease implements Lease {
        private final Entry entry;
        private boolean open = true;

        EntryLease(Entry entry) {
            this.entry = entry;
        }

        @Override
        public CausalLanguageModel model() {
            return entry.model;
        }

        @Override
        public void close() {
            if (open) {
                open = false;
                giveBack(entry);
            }
        }
    }
}
