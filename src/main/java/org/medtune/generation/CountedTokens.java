package org.medtune.generation;

import java.util.concurrent.atomic.LongAdder;
import org.medtune.MedtuneException;

/** Passes everything on, and counts the tokens of all requests. */
record CountedTokens(GenerationListener listener, LongAdder count) implements GenerationListener {

    @Override
    public void started() {
        listener.started();
    }

    @Override
    public void token(String piece, int tokens) {
        count.increment();
        listener.token(piece, tokens);
    }

    @Override
    public void ended(End end, MedtuneException failure) {
        listener.ended(end, failure);
    }
}
