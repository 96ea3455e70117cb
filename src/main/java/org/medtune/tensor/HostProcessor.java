package org.medtune.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The processor's name as the operating system tells it. Source: {@code /proc/cpuinfo} (proc(5)). */
final class HostProcessor {

    private static final String MODEL_NAME = "model name";

    private HostProcessor() {}

    /** The name in a file like {@code /proc/cpuinfo}; the architecture where it has none (not Linux, or not x86). */
    static String name(Path cpuinfo) {
        String architecture = System.getProperty("os.arch");
        if (!Files.isReadable(cpuinfo)) {
            return architecture;
        }
        try (Stream<String> lines = Files.lines(cpuinfo)) {
            return lines.filter(line -> line.startsWith(MODEL_NAME) && line.contains(":"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .filter(name -> !name.isEmpty())
                    .findFirst()
                    .orElse(architecture);
        } catch (IOException e) {
            return architecture;
        }
    }
}
