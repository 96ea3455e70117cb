package org.medtune.chat;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.medtune.adapter.LoraAdapter;
import org.medtune.generation.ModelSession;
import org.medtune.model.ActiveAdapter;
import org.medtune.model.CausalLanguageModel;
import org.medtune.ops.BaseModels;

/** A lease of the base model, and the adapters that are in use on it, with a few that were lately. */
final class ResidentSession implements ModelSession {

    private static final int KEPT = 4;

    private final BaseModels.Lease base;
    private final AdapterCatalogue catalogue;

    /** The one whose last use is the longest ago comes first. */
    private final Map<String, Loaded> adapters = new LinkedHashMap<>(16, 0.75f, true);

    ResidentSession(BaseModels.Lease base, AdapterCatalogue catalogue) {
        this.base = base;
        this.catalogue = catalogue;
    }

    @Override
    public CausalLanguageModel model() {
        return base.model();
    }

    @Override
    public ActiveAdapter adapter(String name) {
        if (name.isEmpty()) {
            return base.model().noAdapter();
        }
        Loaded loaded = adapters.get(name);
        if (loaded == null) {
            loaded = new Loaded(catalogue.openToLoad(name).load(base.model()));
            adapters.put(name, loaded);
        }
        loaded.users++;
        return loaded.adapter.active();
    }

    @Override
    public void release(String name) {
        if (name.isEmpty()) {
            return;
        }
        adapters.get(name).users--;
        long unused = adapters.values().stream().filter(loaded -> loaded.users == 0).count();
        for (Iterator<Loaded> all = adapters.values().iterator(); all.hasNext() && unused > KEPT;) {
            Loaded loaded = all.next();
            if (loaded.users == 0) {
                loaded.adapter.close();
                all.remove();
                unused--;
            }
        }
    }

    @Override
    public void close() {
        adapters.values().forEach(loaded -> loaded.adapter.close());
        adapters.clear();
        base.close();
    }

    private static final class Loaded {
        private final LoraAdapter adapter;
        private int users;

        Loaded(LoraAdapter adapter) {
            this.adapter = adapter;
        }
    }
}
