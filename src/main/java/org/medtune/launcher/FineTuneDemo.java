package org.medtune.launcher;

import static org.medtune.MedtuneMessages.MESSAGES;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;
import java.util.Set;
import org.medtune.MedtuneException;

/**
 * The demonstration: starts the provisioned server, or uses the one that runs, lets it fine-tune, and shows what came
 * of it. The server stays up. Settings: {@code -Dmedtune.port.offset=N}, and {@code -Djob.NAME=VALUE} for each
 * parameter of the job.
 */
public final class FineTuneDemo {

    private static final long POLL_MILLISECONDS = 500;
    private static final Set<String> ENDED = Set.of("COMPLETED", "FAILED", "STOPPED", "ABANDONED");

    private final Site site;
    private final MedtuneApi api;
    private final PrintStream out;

    private FineTuneDemo(Site site, PrintStream out) {
        this.site = site;
        this.api = new MedtuneApi(site);
        this.out = out;
    }

    /** Runs it; ends with a sentence and the exit status 1 if it cannot be done. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        try {
            new FineTuneDemo(Site.ofSystemProperties(), System.out).run();
        } catch (MedtuneException e) {
            System.err.println(e.getMessage());
            // an exception would make Maven print where it was thrown
            System.exit(1);
        }
    }

    private void run() throws IOException, InterruptedException {
        if (api.answers()) {
            out.println("Using the server that is running at " + site.application());
        } else {
            out.println("Starting the server; its log is " + site.consoleLog());
            new ServerProcess(site).start(api);
        }
        Optional<ConsoleUser> newUser = ConsoleUser.createIfNone(site.users());
        JsonNode execution = fineTune();
        if (execution.path("status").asText().equals("COMPLETED")) {
            new DemoReport(api.report(execution.path("executionId").asLong())).print(out);
        }
        tellAddresses(execution.path("executionId").asLong(), newUser);
        if (!execution.path("status").asText().equals("COMPLETED")) {
            throw MESSAGES.demoNotCompleted(execution.path("status").asText(), execution.path("exitStatus").asText());
        }
    }

    private JsonNode fineTune() throws IOException, InterruptedException {
        JsonNode execution = api.start(Site.jobParameters());
        long executionId = execution.path("executionId").asLong();
        out.println("Job fine-tune runs as execution " + executionId);
        try (ProgressDisplay display = new ProgressDisplay(out)) {
            while (!ENDED.contains(execution.path("status").asText())) {
                display.show(execution.path("progress"));
                Thread.sleep(POLL_MILLISECONDS);
                execution = api.execution(executionId);
            }
        }
        return execution;
    }

    private void tellAddresses(long executionId, Optional<ConsoleUser> newUser) throws IOException {
        out.println("The server stays up:");
        out.println("  runs     " + site.application());
        out.println("  REST     " + api.jobs() + "/" + executionId);
        out.println("           log in: " + SiteLogin.of(site).words());
        out.println("  console  " + site.console());
        newUser.ifPresent(user -> out.println("           user " + user.name() + ", password " + user.password()));
        out.println("           (password kept in " + site.users().resolve(ConsoleUser.PASSWORD_FILE) + ")");
        out.println("  stop it  " + site.server().resolve("bin/jboss-cli.sh") + " --connect --controller=localhost:"
                + site.managementPort() + " command=:shutdown");
    }
}
