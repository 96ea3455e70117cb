package org.medtune.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jboss.as.controller.client.ModelControllerClient;
import org.jboss.as.controller.client.helpers.Operations;
import org.jboss.dmr.ModelNode;

/** The operations that the console and jboss-cli send, as this machine's own user. */
public final class ManagementClient implements AutoCloseable {

    private static final String DEPLOYMENT = "medtune.war";
    private static final String JOB = "fine-tune";
    private static final Set<String> ENDED = Set.of("COMPLETED", "FAILED", "STOPPED", "ABANDONED");

    private final ModelControllerClient client;

    ManagementClient(int port) {
        client = ModelControllerClient.Factory.create(InetAddress.getLoopbackAddress(), port);
    }

    /** Starts the job as the console's Start does. */
    public long startJob(Map<String, String> parameters) {
        return startJob(JOB, parameters);
    }

    /** Starts a job of another name. */
    public long startJob(String job, Map<String, String> parameters) {
        ModelNode operation = Operations.createOperation("start-job", batch());
        operation.get("job-xml-name").set(job);
        parameters.forEach((name, value) -> operation.get("properties").get(name).set(value));
        return execute(operation).asLong();
    }

    /** Asks for a stop as the console's Stop does. */
    public void stopJob(long executionId) {
        execute(Operations.createOperation("stop-job", execution(executionId)));
    }

    /** Restarts as the console's Restart does; the result is the new execution. */
    public long restartJob(long executionId) {
        return restartJob(executionId, Map.of());
    }

    /** Restarts with other parameters, as only jboss-cli can; the result is the new execution. */
    public long restartJob(long executionId, Map<String, String> changed) {
        ModelNode operation = Operations.createOperation("restart-job", batch());
        operation.get("execution-id").set(executionId);
        changed.forEach((name, value) -> operation.get("properties").get(name).set(value));
        return execute(operation).asLong();
    }

    /** The batch status of an execution. */
    public String batchStatus(long executionId) {
        return attribute(execution(executionId), "batch-status");
    }

    /** The exit status of an execution. */
    public String exitStatus(long executionId) {
        return attribute(execution(executionId), "exit-status");
    }

    /** Waits for the execution's end; the result is its batch status. */
    public String awaitEnd(long executionId, Duration atMost) {
        return await("execution " + executionId + " to end").atMost(atMost).pollInterval(Duration.ofMillis(200))
                .until(() -> batchStatus(executionId), ENDED::contains);
    }

    /** Waits for the end of an execution of another job; the result is its batch status and its exit status. */
    public String awaitEnd(String job, long executionId, Duration atMost) {
        ModelNode address = Operations.createAddress("deployment", DEPLOYMENT, "subsystem", "batch-jberet",
                "job", job, "execution", Long.toString(executionId));
        return await("execution " + executionId + " to end").atMost(atMost).pollInterval(Duration.ofMillis(200))
                .until(() -> attribute(address, "batch-status"), ENDED::contains)
                + " " + attribute(address, "exit-status");
    }

    /** The server's name. */
    String serverName() {
        return attribute(new ModelNode().setEmptyList(), "name");
    }

    /** The deployment's status, OK when all is well. */
    public String deploymentStatus() {
        return attribute(Operations.createAddress("deployment", DEPLOYMENT), "status");
    }

    /** Takes the application away, with all that it is doing. */
    public void undeploy() {
        execute(Operations.createOperation("undeploy", Operations.createAddress("deployment", DEPLOYMENT)));
    }

    /** Brings the application back. */
    public void deploy() {
        execute(Operations.createOperation("deploy", Operations.createAddress("deployment", DEPLOYMENT)));
    }

    /** Has the server finish what it does, and begin nothing. */
    void suspend() {
        ModelNode operation = Operations.createOperation("suspend");
        operation.get("suspend-timeout").set(60);
        execute(operation);
    }

    /** Lets it work again. */
    void resume() {
        execute(Operations.createOperation("resume"));
    }

    /** Ends the server after what it is doing. */
    void shutdown() {
        execute(Operations.createOperation("shutdown"));
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String attribute(ModelNode address, String name) {
        ModelNode operation = Operations.createReadAttributeOperation(address, name);
        operation.get("include-runtime").set(true);
        return execute(operation).asString();
    }

    private ModelNode execute(ModelNode operation) {
        try {
            ModelNode answer = client.execute(operation);
            assertThat(Operations.isSuccessfulOutcome(answer)).as("%s gave %s", operation, answer).isTrue();
            return Operations.readResult(answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ModelNode batch() {
        return Operations.createAddress("deployment", DEPLOYMENT, "subsystem", "batch-jberet");
    }

    private static ModelNode execution(long executionId) {
        return Operations.createAddress("deployment", DEPLOYMENT, "subsystem", "batch-jberet",
                "job", JOB, "execution", Long.toString(executionId));
    }
}
