package org.medtune.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.medtune.InvalidInputException;

/** In the database that a server has unless told otherwise. */
class RecoveryTest extends RecoveryContract {

    @Override
    JobRepositoryDatabase emptyRepository() {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        return new JobRepositoryDatabase(source, "sql/jberet.ddl").create();
    }

    @Test
    void aPlaceHasOneNumberForAllLivesOfAServer(@TempDir Path folder) {
        UUID first;
        try (ServerPlace place = ServerPlace.take(folder)) {
            first = place.id();
            try (ServerPlace second = ServerPlace.take(folder)) {
                assertThat(second.id()).as("while the first lives").isNotEqualTo(first);
            }
        }
        try (ServerPlace place = ServerPlace.take(folder)) {
            assertThat(place.id()).isEqualTo(first);
        }
    }

    @Test
    void settingsHaveDefaultsThatTolerateLostHeartbeats() {
        RecoverySettings settings = RecoverySettings.ofEnvironment();

        assertThat(settings).isEqualTo(new RecoverySettings(Duration.ofSeconds(30), Duration.ofSeconds(5), false));
    }

    @Test
    void theHeartbeatIsASettingOfItsOwn() {
        assertThat(RecoverySettings.of("60", "2", "true"))
                .isEqualTo(new RecoverySettings(Duration.ofSeconds(60), Duration.ofSeconds(2), true));
    }

    @ParameterizedTest
    @CsvSource({"0, '', false, MEDTUNE000437", "soon, '', false, MEDTUNE000437", "30, 0, false, MEDTUNE000437",
        "30, 16, false, MEDTUNE000770", "30, '', yes, MEDTUNE000608"})
    void settingsThatAreNoneAreRefused(String seconds, String heartbeat, String autoRestart, String id) {
        assertThatThrownBy(() -> RecoverySettings.of(seconds, heartbeat, autoRestart))
                .isInstanceOf(InvalidInputException.class).hasMessageStartingWith(id);
    }
}
