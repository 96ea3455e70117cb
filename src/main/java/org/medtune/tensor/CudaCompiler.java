package org.medtune.tensor;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.StringArray;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * NVIDIA's run-time compiler, which comes with every CUDA build of PyTorch. It is looked for beside PyTorch's own
 * libraries, where Python's packages have it, and where the system's loader looks.
 */
final class CudaCompiler {

    private static final Path LOADED_LIBRARIES = Path.of("/proc/self/maps");
    private static final String LIBRARY_OF_PYTORCH = "libtorch_cuda.so";
    private static final String BESIDE_IN_PYTHON = "../../nvidia/cuda_nvrtc/lib";
    private static final List<String> NAMES =
            List.of("libnvrtc.so.12", "libnvrtc.so.13", "libnvrtc.so.11.2", "libnvrtc.so", "nvrtc64_120_0");

    private final Nvrtc nvrtc;

    private CudaCompiler(Nvrtc nvrtc) {
        this.nvrtc = nvrtc;
    }

    /**
     * The compiler of this host.
     *
     * @throws UnsatisfiedLinkError when it is not found
     */
    static CudaCompiler load() {
        UnsatisfiedLinkError last = null;
        for (String name : candidates()) {
            try {
                return new CudaCompiler(Native.load(name, Nvrtc.class));
            } catch (UnsatisfiedLinkError e) {
                last = e;
            }
        }
        throw last;
    }

    /**
     * Compiles a text to machine code.
     *
     * @param architecture such as {@code sm_90}
     * @throws IllegalStateException with the compiler's report when it refuses the text
     */
    Memory compile(String text, String name, String architecture) {
        PointerByReference created = new PointerByReference();
        require(nvrtc.nvrtcCreateProgram(created, text, name, 0, null, null), "nvrtcCreateProgram");
        Pointer program = created.getValue();
        try {
            String[] options = {"--gpu-architecture=" + architecture, "--std=c++17"};
            int result = nvrtc.nvrtcCompileProgram(program, options.length, new StringArray(options));
            if (result != 0) {
                throw new IllegalStateException(name + " does not compile: " + report(program));
            }
            LongByReference size = new LongByReference();
            require(nvrtc.nvrtcGetCUBINSize(program, size), "nvrtcGetCUBINSize");
            Memory code = new Memory(size.getValue());
            require(nvrtc.nvrtcGetCUBIN(program, code), "nvrtcGetCUBIN");
            return code;
        } finally {
            nvrtc.nvrtcDestroyProgram(created);
        }
    }

    private String report(Pointer program) {
        LongByReference size = new LongByReference();
        require(nvrtc.nvrtcGetProgramLogSize(program, size), "nvrtcGetProgramLogSize");
        Memory report = new Memory(size.getValue());
        require(nvrtc.nvrtcGetProgramLog(program, report), "nvrtcGetProgramLog");
        return report.getString(0, StandardCharsets.UTF_8.name());
    }

    private static void require(int result, String call) {
        if (result != 0) {
            throw new IllegalStateException(call + " failed with " + result);
        }
    }

    private static List<String> candidates() {
        List<String> candidates = new ArrayList<>();
        for (Path folder : foldersOfPyTorch()) {
            for (Path place : List.of(folder, folder.resolve(BESIDE_IN_PYTHON).normalize())) {
                candidates.addAll(compilersIn(place));
            }
        }
        candidates.addAll(NAMES);
        return candidates;
    }

    /** Where the process has PyTorch's CUDA library from; none where the system does not tell. */
    private static Set<Path> foldersOfPyTorch() {
        Set<Path> folders = new LinkedHashSet<>();
        if (Files.isReadable(LOADED_LIBRARIES)) {
            try (Stream<String> lines = Files.lines(LOADED_LIBRARIES)) {
                lines.filter(line -> line.endsWith("/" + LIBRARY_OF_PYTORCH))
                        .map(line -> Path.of(line.substring(line.indexOf('/'))).getParent())
                        .forEach(folders::add);
            } catch (IOException e) {
                return folders;
            }
        }
        return folders;
    }

    private static List<String> compilersIn(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches("libnvrtc[-.].*"))
                    .map(Path::toString).sorted().toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Names and arguments as in {@code nvrtc.h}; a result of 0 means success. */
    interface Nvrtc extends Library {

        int nvrtcCreateProgram(PointerByReference program, String text, String name, int headers, Pointer texts,
                Pointer names);

        int nvrtcCompileProgram(Pointer program, int options, StringArray texts);

        int nvrtcGetProgramLogSize(Pointer program, LongByReference size);

        int nvrtcGetProgramLog(Pointer program, Pointer text);

        int nvrtcGetCUBINSize(Pointer program, LongByReference size);

        int nvrtcGetCUBIN(Pointer program, Pointer code);

        int nvrtcDestroyProgram(PointerByReference program);
    }
}
