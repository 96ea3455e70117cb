package org.medtune;

import org.jboss.logging.BasicLogger;
import org.jboss.logging.Logger;
import org.jboss.logging.annotations.MessageLogger;

/**
 * Every sentence that an operator can see, each with a permanent id that is never reused. Rooms own ranges of
 * ids: 1-99 configuration and runs, 100-199 tensor, 200-299 model, 300-399 adapter, 400-499 dataset,
 * 500-599 training, 600-699 evaluation and generation, 700-799 batch, 800-899 web.
 *
 * <p>An error sentence says what is wrong, with the value, and what to change.
 */
@MessageLogger(projectCode = "MEDTUNE")
public interface MedtuneMessages extends BasicLogger {

    /** The one instance, logging under the category {@code org.medtune}. */
    MedtuneMessages MESSAGES = Logger.getMessageLogger(
            java.lang.invoke.MethodHandles.lookup(), MedtuneMessages.class, "org.medtune");

    // ---- 1-99 configuration and runs ----

    // ---- 100-199 tensor ----

    // ---- 200-299 model ----

    // ---- 300-399 adapter ----

    // ---- 400-499 dataset ----

    // ---- 500-599 training ----

    // ---- 600-699 evaluation and generation ----

    // ---- 700-799 batch ----

    // ---- 800-899 web ----
}
