package org.medtune.generation;

import org.medtune.model.ActiveAdapter;
import org.medtune.model.CausalLanguageModel;

/** The use of a resident model with its adapters, for as long as there is work. Used by one thread. */
public interface ModelSession extends AutoCloseable {

    /** The model, valid until this session is closed. */
    CausalLanguageModel model();

    /**
     * An adapter, loaded if it is not there yet; every call is followed by one of {@link #release}.
     *
     * @param name of the adapter; empty for none
     * @throws org.medtune.MedtuneException if it cannot be loaded
     */
    ActiveAdapter adapter(String name);

    /** Tells that a sequence does not use an adapter any more. */
    void release(String name);

    /** Gives the model back and releases the adapters. */
    @Override
    void close();
}
