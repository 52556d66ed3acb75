package io.maxmq.examples;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A JVM that has only the modules that a broker needs. The broker is not linked into it, since Agrona is an automatic module,
 * which jlink refuses: it runs from its jar.
 */
class JlinkIT {
    /** As in the README. */
    private static final String MODULES =
            "java.base,java.compiler,java.logging,java.management,java.naming,java.net.http,"
                    + "java.sql,jdk.crypto.ec,jdk.jfr,jdk.unsupported";

    private static final String JAR =
            Path.of("target", "maxmq-standalone.jar").toAbsolutePath().toString();

    @TempDir
    Path directory;

    @Test
    void theBrokerRunsOnAJvmWithTheModulesThatTheReadmeNames() throws Exception {
        assumeTrue(
                ToolProvider.findFirst("jlink").isPresent()
                        && Files.isDirectory(Path.of(System.getProperty("java.home"), "jmods")),
                "skipped: no jlink or no jmods in " + System.getProperty("java.home"));
        Path image = directory.resolve("image");
        run(
                "jlink",
                "--add-modules",
                MODULES,
                "--strip-debug",
                "--no-header-files",
                "--no-man-pages",
                "--output",
                image.toString());

        try (ChildProcess broker = ChildProcess.start(
                image.resolve("bin").resolve("java"), "-jar", JAR, "--port", "0", "--allow-anonymous")) {
            Matcher ready = Pattern.compile("MaxMQ ready: tcp 127\\.0\\.0\\.1:(\\d+) .*")
                    .matcher(broker.nextLine());
            assertThat(ready.matches()).isTrue();
            int port = Integer.parseInt(ready.group(1));
            assertThat(Clients.roundTripV3(port, "three")).isEqualTo("three");
            assertThat(Clients.roundTripV5(port, "five")).isEqualTo("five");

            broker.terminate();

            assertThat(broker.exitCode()).isEqualTo(143);
            assertThat(broker.stderr()).isEmpty();
        }
    }

    @Test
    void theReadmeNamesAllModulesThatTheJarRefersTo() throws Exception {
        assumeTrue(ToolProvider.findFirst("jdeps").isPresent(), "skipped: no jdeps");

        String needed = run("jdeps", "--ignore-missing-deps", "--multi-release", "17", "--print-module-deps", JAR);

        assertThat(MODULES.split(",")).contains(needed.strip().split(","));
        assertThat(Files.readString(Path.of("..", "maxmq-core", "README.md")))
                .contains("jlink --add-modules " + MODULES);
    }

    /** What the tool prints. */
    private static String run(String tool, String... arguments) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PrintStream printed = new PrintStream(output, true, StandardCharsets.UTF_8);
        int exitCode = ToolProvider.findFirst(tool).orElseThrow().run(printed, printed, arguments);
        String said = output.toString(StandardCharsets.UTF_8);
        assertThat(exitCode).as("%s: %s", List.of(arguments), said).isZero();
        return said;
    }
}
