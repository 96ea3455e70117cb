package org.medtune.ops;

import java.time.Duration;
import java.util.UUID;

/**
 * An execution that the job repository says is running, and who holds its lease.
 *
 * @param executionId   of the execution
 * @param job           the id of its job
 * @param run           the run that it belongs to
 * @param step          the step that it was last in, null before the first
 * @param interruptions how many executions of its run have ended with their server
 * @param owner         the server that executes it, null while no lease is known
 */
record ActiveExecution(long executionId, String job, RunKey run, String step, int interruptions, Owner owner) {

    /**
     * A server.
     *
     * @param server  one life of it, from a start to an end
     * @param place   where it keeps its data ({@link ServerPlace})
     * @param name    for people
     * @param silence since its last heartbeat, by the database's clock
     */
    record Owner(UUID server, UUID place, String name, Duration silence) {
    }
}
