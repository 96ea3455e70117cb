package org.medtune.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.medtune.audit.AuditEntry;
import org.medtune.audit.AuditLog;

class AuditTrailTest {

    @TempDir
    private Path folder;
    private AuditLog log;

    @BeforeEach
    void setUp() {
        log = AuditLog.open(folder);
    }

    @AfterEach
    void tearDown() {
        log.close();
    }

    @Test
    void hidesWhatIsSecret() {
        // when
        new AuditTrail(log, false).record("start", "execution 3", AuditTrail.DONE, Map.of("max.steps", "20",
                "hub.token", "hf_abc", "Password", "hunter2", "client.secret.of", "x", "ssl.key", "y",
                "tokens.per.row", "512"));

        // then
        assertThat(latest().details()).containsExactlyInAnyOrderEntriesOf(Map.of("max.steps", "20", "hub.token", "…",
                "Password", "…", "client.secret.of", "…", "ssl.key", "…", "tokens.per.row", "512"));
    }

    @Test
    void namesTheCallerOrTheServer() {
        AuditTrail trail = new AuditTrail(log, false);

        trail.done("logout", "");
        assertThat(latest()).extracting(AuditEntry::actor, AuditEntry::address).containsExactly("server", "");
        try (Caller.Acting acting = new Caller("li", Set.of(), "10.0.0.1").act()) {
            trail.done("logout", "");
        }
        assertThat(latest()).extracting(AuditEntry::actor, AuditEntry::address).containsExactly("li", "10.0.0.1");
    }

    @Test
    void recordsQuestionsWhereThatIsWanted() {
        new AuditTrail(log, false).question("base", "问题");
        assertThat(log.latest(entry -> true, 0, 1)).isEmpty();

        new AuditTrail(log, true).question("base", "问题");
        assertThat(latest().details()).isEqualTo(Map.of("question", "问题"));
    }

    private AuditEntry latest() {
        return log.latest(entry -> true, 0, 1).get(0);
    }
}
