package org.medtune.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The processor's name")
class HostProcessorTest {

    @TempDir
    private Path folder;

    @Test
    @DisplayName("is the first model name that Linux tells")
    void named() throws IOException {
        Path cpuinfo = Files.writeString(folder.resolve("cpuinfo"), """
                processor\t: 0
                vendor_id\t: AuthenticAMD
                model name\t: AMD EPYC 9R14
                processor\t: 1
                model name\t: another
                """);

        assertThat(HostProcessor.name(cpuinfo)).isEqualTo("AMD EPYC 9R14");
    }

    @Test
    @DisplayName("is its architecture where the system tells no model")
    void unnamed() throws IOException {
        Path arm = Files.writeString(folder.resolve("cpuinfo"), "processor\t: 0\nCPU implementer\t: 0x41\n");

        assertThat(HostProcessor.name(arm)).isEqualTo(System.getProperty("os.arch"));
        assertThat(HostProcessor.name(folder.resolve("none"))).isEqualTo(System.getProperty("os.arch"));
    }
}
