package org.medtune.generation;

/** A request that an engine has taken. Safe for use by many threads. */
public final class Generation {

    private final GenerationEngine engine;
    private final GenerationRequest request;
    private final GenerationListener listener;
    private volatile boolean cancelled;

    Generation(GenerationEngine engine, GenerationRequest request, GenerationListener listener) {
        this.engine = engine;
        this.request = request;
        this.listener = listener;
    }

    /** Requests that leave the queue before this one; 0 when it has left. */
    public int queuePosition() {
        return engine.position(this);
    }

    /** Ends it: at once if it waits, else before the next token. Without effect on an ended one. */
    public void cancel() {
        cancelled = true;
        engine.cancel(this);
    }

    GenerationRequest request() {
        return request;
    }

    GenerationListener listener() {
        return listener;
    }

    boolean cancelled() {
        return cancelled;
    }
}
