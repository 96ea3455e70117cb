package org.medtune.batch;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.batch.operations.BatchRuntimeException;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jberet.operations.AbstractJobOperator;
import org.jberet.spi.JobOperatorContext;
import org.medtune.RecoverableException;
import org.medtune.ops.ExecutionLeases;
import org.medtune.ops.MedtuneHome;
import org.medtune.ops.Recovery;
import org.medtune.ops.RecoverySettings;
import org.medtune.ops.ServerPlace;

/**
 * Has this server say that it lives as long as the application does, and recovers what dead servers have left: when the
 * application starts, before anybody can ask for a run, and from then on with every heartbeat, since another server of
 * the same job repository may die. Not final, since the container makes a subclass of it.
 */
@ApplicationScoped
class ServerLife {

    @Inject
    private ServerPlace place;

    @Inject
    private MedtuneHome home;

    @Inject
    private RecoverySettings settings;

    @Inject
    private AskedExecutions asked;

    @Resource(lookup = "java:jboss/datasources/BatchDS")
    private DataSource jobRepository;

    @Resource
    private ManagedScheduledExecutorService executor;

    private ExecutionLeases leases;
    private Recovery recovery;
    private ScheduledFuture<?> beats;
    private List<Recovery.Recovered> toRestart = new ArrayList<>();

    /** What the artifacts of jobs ask whether they may go on. */
    @Produces
    ExecutionLeases leases() {
        return leases;
    }

    void begin(@Observes @Initialized(ApplicationScoped.class) Object application) {
        leases = new ExecutionLeases(jobRepository, place.id(),
                System.getProperty("jboss.node.name", InetAddress.getLoopbackAddress().getHostName()),
                settings.expiry(), applicationName());
        leases.open();
        recovery = new Recovery(leases, home, settings);
        recovered(recovery.recoverAtBoot(new OwnJobExecutions()));
        long beat = settings.beat().toMillis();
        beats = executor.scheduleAtFixedRate(this::beat, beat, beat, TimeUnit.MILLISECONDS);
    }

    @PreDestroy
    void end() {
        if (beats != null) {
            beats.cancel(false);
            leases.forgetSilentServers(true);
        }
    }

    /** As the batch runtime records it with every job; the file name of the deployment. */
    private static String applicationName() {
        return ((AbstractJobOperator) JobOperatorContext.getJobOperatorContext().getJobOperator())
                .getBatchEnvironment().getApplicationName();
    }

    private void beat() {
        try {
            leases.beat();
        } catch (RecoverableException e) {
            MESSAGES.heartbeatFailed(settings.expiry().toSeconds(), e.getMessage(), e.getCause());
            return;
        }
        try {
            recovered(recovery.recover(new OwnJobExecutions()));
            leases.releaseEnded();
            leases.forgetSilentServers(false);
            // not when the application starts, since the batch runtime is not ready for it then
            List<Recovery.Recovered> now = toRestart;
            toRestart = new ArrayList<>();
            now.forEach(this::restart);
        } catch (RuntimeException e) {
            // a task that throws is never run again
            MESSAGES.recoveryFailed(settings.beat().toSeconds(), e);
        }
    }

    private void recovered(List<Recovery.Recovered> recovered) {
        if (settings.autoRestart()) {
            toRestart.addAll(recovered);
        }
    }

    private void restart(Recovery.Recovered execution) {
        if (execution.interruptions() >= RecoverySettings.MOST_INTERRUPTIONS) {
            MESSAGES.interruptedTooOften(execution.executionId(), execution.interruptions());
            return;
        }
        try {
            long id = execution.executionId();
            JobOperator operator = BatchRuntime.getJobOperator();
            MESSAGES.restartedAfterInterruption(id, asked.restart(id, operator.getJobInstance(id).getJobName(),
                    Map.of("reason", "its server ended"), () -> operator.restart(id, new Properties()),
                    JobStarts::stop));
        } catch (BatchRuntimeException | RecoverableException e) {
            MESSAGES.notRestarted(execution.executionId(), e);
        }
    }
}
