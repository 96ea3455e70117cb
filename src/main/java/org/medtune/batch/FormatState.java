package org.medtune.batch;

/**
 * What the reader and the writer of the step {@code format} tell each other, as the step's transient user data: whether
 * every row has been read, whether all was done before, and whether something could not be opened or written, so that
 * nothing may count as done any more. Used by the step's thread.
 */
final class FormatState {

    private boolean complete;
    private boolean failed;
    private boolean doneBefore;

    boolean complete() {
        return complete && !failed;
    }

    boolean failed() {
        return failed;
    }

    /** Whether there is nothing to do. */
    boolean doneBefore() {
        return doneBefore;
    }

    void markDoneBefore() {
        doneBefore = true;
    }

    void markComplete() {
        complete = true;
    }

    void markFailed() {
        failed = true;
    }
}
