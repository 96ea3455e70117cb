package org.medtune.web.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.medtune.ops.MedtuneHome;
import org.medtune.testing.ScriptedChat;

class ReadinessTest {

    @TempDir
    private Path folder;

    private final ScriptedChat chat = new ScriptedChat();
    private MedtuneHome home;

    @BeforeEach
    void makeHome() {
        home = new MedtuneHome(folder, folder.resolve("models"), folder.resolve("data"));
    }

    @Test
    void isThereWithAModelAndRoom() {
        Readiness readiness = Readiness.of(chat, home, 1);

        assertThat(readiness.ready()).isTrue();
        assertThat(readiness.checks()).containsEntry("model", "UP").containsEntry("disk", "UP");
    }

    @Test
    void isNotThereUntilTheModelIsLoaded() {
        // given
        chat.unload();

        // when
        Readiness readiness = Readiness.of(chat, home, 1);

        // then
        assertThat(readiness.status()).isEqualTo("DOWN");
        assertThat(readiness.checks()).containsEntry("model", "not loaded").containsEntry("disk", "UP");
    }

    @Test
    void isNotThereOnADiskThatIsNearlyFull() {
        Readiness readiness = Readiness.of(chat, home, Long.MAX_VALUE);

        assertThat(readiness.status()).isEqualTo("DOWN");
        assertThat(readiness.checks()).containsEntry("model", "UP");
        assertThat(readiness.checks().get("disk"))
                .matches("\\d+ MiB free, and 8796093022207 MiB are needed");
    }

    @Test
    void isNotThereWithoutTheDisk() {
        MedtuneHome gone = new MedtuneHome(folder.resolve("gone"), folder, folder);

        assertThat(Readiness.of(chat, gone, 1).checks()).containsEntry("disk", "cannot be read");
    }
}
