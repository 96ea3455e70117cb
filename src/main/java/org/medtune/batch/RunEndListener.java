package org.medtune.batch;

import jakarta.batch.api.listener.AbstractJobListener;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;

/** Ends the live progress with the execution, however it ends. */
@Named
@Dependent
public final class RunEndListener extends AbstractJobListener {

    @Inject
    private RunContext context;

    @Override
    public void afterJob() {
        context.end();
    }
}
