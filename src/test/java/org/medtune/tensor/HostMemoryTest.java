package org.medtune.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Main memory that can still be taken")
class HostMemoryTest {

    @TempDir
    private Path folder;

    private HostMemory memory;

    @BeforeEach
    void meminfo() throws IOException {
        Files.writeString(folder.resolve("meminfo"),
                "MemTotal:       24000000 kB\nMemFree:         1000000 kB\nMemAvailable:   20000000 kB\n");
        memory = new HostMemory(folder.resolve("meminfo"), folder);
    }

    @Test
    @DisplayName("is what the host can give without swapping")
    void host() {
        assertThat(memory.availableBytes()).hasValue(20_000_000L * 1024);
    }

    @Test
    @DisplayName("is what the container has left, its cached files counted as free")
    void container() throws IOException {
        controlGroup("4000000000", 3_000_000_000L);

        assertThat(memory.availableBytes()).hasValue(1_500_000_000L);
    }

    @Test
    @DisplayName("is the host's in a container without a limit, or with one above it")
    void unlimitedContainer() throws IOException {
        controlGroup("max", 3_000_000_000L);
        assertThat(memory.availableBytes()).hasValue(20_000_000L * 1024);

        controlGroup("99000000000", 3_000_000_000L);
        assertThat(memory.availableBytes()).hasValue(20_000_000L * 1024);
    }

    @Test
    @DisplayName("is unknown where no file tells")
    void unknown() {
        assertThat(new HostMemory(folder.resolve("absent"), folder).availableBytes()).isEmpty();
    }

    private void controlGroup(String limit, long used) throws IOException {
        Files.writeString(folder.resolve("memory.max"), limit + "\n");
        Files.writeString(folder.resolve("memory.current"), used + "\n");
        Files.writeString(folder.resolve("memory.stat"), "anon 2400000000\nfile 600000000\ninactive_file 500000000\n");
    }
}
