package org.medtune.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * How much main memory can still be taken. Source: {@code proc.rst} (MemAvailable) and {@code cgroup-v2.rst}
 * (memory.max, memory.current, memory.stat) of the Linux kernel's documentation.
 */
final class HostMemory {

    private final Path meminfo;
    private final Path controlGroup;

    HostMemory(Path meminfo, Path controlGroup) {
        this.meminfo = meminfo;
        this.controlGroup = controlGroup;
    }

    /** The memory of this host. */
    static HostMemory ofThisHost() {
        return new HostMemory(Path.of("/proc/meminfo"), Path.of("/sys/fs/cgroup"));
    }

    /**
     * Bytes that the host, and the container that this process is in, can give without swapping; empty where the system
     * does not tell (not Linux).
     */
    OptionalLong availableBytes() {
        OptionalLong host = number(meminfo, "MemAvailable:");
        if (host.isEmpty()) {
            return host;
        }
        OptionalLong limit = number(controlGroup.resolve("memory.max"), "");
        OptionalLong used = number(controlGroup.resolve("memory.current"), "");
        if (limit.isEmpty() || used.isEmpty()) {
            return OptionalLong.of(host.getAsLong() * 1024);
        }
        // files that are cached count as used, and give way
        long cached = number(controlGroup.resolve("memory.stat"), "inactive_file ").orElse(0);
        return OptionalLong.of(Math.max(0, Math.min(host.getAsLong() * 1024,
                limit.getAsLong() - used.getAsLong() + cached)));
    }

    /** The digits of the first line that begins so; empty when there is none, as "max" has none. */
    private static OptionalLong number(Path file, String start) {
        try {
            List<String> lines = Files.isReadable(file) ? Files.readAllLines(file) : List.of();
            return lines.stream()
                    .filter(line -> line.startsWith(start))
                    .map(line -> line.substring(start.length()).replaceAll("\\D", ""))
                    .filter(digits -> !digits.isEmpty())
                    .mapToLong(Long::parseLong)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
