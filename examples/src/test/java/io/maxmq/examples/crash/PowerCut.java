package io.maxmq.examples.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** {@code powercut.c}, compiled: the environment of a process whose directory can lose its power. Immutable. */
final class PowerCut {
    private static final Path SOURCE = Path.of("src", "test", "native", "powercut.c");
    private static final int DEADLINE_SECONDS = 60;

    private final Path library;

    /**
     * A disk that answers an fsync without having kept anything.
     *
     * @param each how many'th fsync of a file; 0 for none
     * @param of which files, by the end of their names
     */
    record Lie(int each, String of) {
        static final Lie NONE = new Lie(0, "");
    }

    private PowerCut(Path library) {
        this.library = library;
    }

    /** Compiles it into the directory. Without a C compiler, or on another system than Linux, the test is skipped. */
    static PowerCut compiledIn(Path directory) throws InterruptedException {
        assumeTrue(
                System.getProperty("os.name").equals("Linux"),
                "skipped: power cuts are simulated by LD_PRELOAD, on Linux only");
        Path library = directory.resolve("powercut.so");
        List<String> command = List.of(
                "cc", "-std=gnu11", "-O1", "-shared", "-fPIC", "-o", "" + library, "" + SOURCE.toAbsolutePath());
        try {
            Process compiler =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(compiler.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(compiler.exitValue()).as(said).isZero();
        } catch (IOException absent) {
            String reason = "skipped: no C compiler (cc) to build the simulated disk with: " + absent.getMessage();
            System.out.println(reason);
            assumeTrue(false, reason);
        }
        return new PowerCut(library);
    }

    /**
     * @param directory whose changes are noted; it exists
     * @param journal a new file
     * @param full a file: while it is there, the disk has no space
     * @param lie which promises the disk does not keep
     */
    Map<String, String> environment(Path directory, Path journal, Path full, Lie lie) {
        try {
            Files.deleteIfExists(journal);
            return Map.of(
                    "LD_PRELOAD", library.toString(),
                    "POWERCUT_DIR", directory.toRealPath().toString(),
                    "POWERCUT_JOURNAL", journal.toAbsolutePath().toString(),
                    "POWERCUT_FULL", full.toAbsolutePath().toString(),
                    "POWERCUT_LIE", "" + lie.each(),
                    "POWERCUT_LIE_OF", lie.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
