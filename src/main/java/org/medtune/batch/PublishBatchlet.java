package org.medtune.batch;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.batch.api.AbstractBatchlet;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import org.medtune.ops.MedtuneHome;
import org.medtune.ops.RunFolder;
import org.medtune.ops.RunProgress;
import org.medtune.ops.RunPublisher;
import org.medtune.ops.RunReport;

/** Puts the adapter where others find it, and writes the report. */
@Named
@Dependent
public final class PublishBatchlet extends AbstractBatchlet {

    @Inject
    private MedtuneHome home;

    @Inject
    private RunContext context;

    @Inject
    private StepFailures failures;

    @Override
    public String process() {
        return failures.run(() -> {
            RunFolder folder = context.folder();
            context.show(RunProgress.begin(RunProgress.Phase.PUBLISH, folder.metrics().last().orElse(null)));
            RunReport report = new RunPublisher(home, context.request(), context.run(), folder).publish();
            MESSAGES.adapterPublished(report.adapter().name(), report.adapter().folder());
            return null;
        });
    }
}
