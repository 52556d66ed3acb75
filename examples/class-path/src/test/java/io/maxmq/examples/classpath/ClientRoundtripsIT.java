package io.maxmq.examples.classpath;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Each class path in a JVM of its own: the broker works, or one line says what to do. */
class ClientRoundtripsIT {
    private static final String CLASSES =
            Path.of("target", "classes").toAbsolutePath().toString();
    private static final String NEEDED = "4.2.18.Final";
    private static final int DEADLINE_SECONDS = 60;

    @TempDir
    Path output;

    /** Not ended from within: a thread that a failed start left behind would keep it alive. */
    private List<String> run(String classPath, String... clients) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath + File.pathSeparator + CLASSES,
                ClientRoundtrips.class.getName()));
        command.addAll(List.of(clients));
        Path out = output.resolve("out");
        Path err = output.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        // The JVM tells about these on stderr.
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
        Process process = builder.start();
        try {
            boolean ended = process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS);
            assertThat(ended).as("ended: %s", Files.readString(out)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(Files.readAllLines(err)).isEmpty();
        assertThat(process.exitValue()).isZero();
        return Files.readAllLines(out);
    }

    /** What Maven has made of the pom. */
    private static String classPathOf(String pom) throws IOException {
        return Files.readString(Path.of("cases", pom, "target", "class-path")).strip();
    }

    private static void assertRefused(List<String> said, String found) {
        assertThat(said).filteredOn(line -> line.contains("Netty 4.2")).hasSize(1);
        assertThat(said.get(said.size() - 1))
                .startsWith("refused: ")
                .contains("MaxMQ needs Netty 4.2 and is built with " + NEEDED)
                .containsPattern(found)
                .contains("netty.version to " + NEEDED)
                .contains("netty-bom:" + NEEDED);
    }

    @Test
    void worksBesideBothPahoClients() throws Exception {
        String classPath = classPathOf("paho");

        assertThat(run(classPath, "paho3", "paho5"))
                .containsExactly("accepts connections", "paho3: there and back", "paho5: there and back");
    }

    @Test
    void refusesTheMixtureThatTheHiveMqClientMakes() throws Exception {
        String classPath = classPathOf("hivemq-client");
        assertThat(classPath).contains("netty-common-4.1.").contains("netty-transport-" + NEEDED);

        assertRefused(run(classPath, "hivemq"), "netty-common 4\\.1\\.\\d+\\.Final");
    }

    @Test
    void worksBesideTheHiveMqClientOnNetty42() throws Exception {
        String classPath = classPathOf("hivemq-client-netty-4.2");
        assertThat(classPath).contains("netty-handler-" + NEEDED).doesNotContain("-4.1.");

        assertThat(run(classPath, "hivemq")).containsExactly("accepts connections", "hivemq: there and back");
    }

    @Test
    void refusesTheNettyThatSpringBoot3Pins() throws Exception {
        String classPath = classPathOf("spring-boot-3");
        assertThat(classPath).contains("netty-transport-4.1.");

        assertRefused(run(classPath), "netty-transport 4\\.1\\.\\d+\\.Final");
    }

    @Test
    void worksInSpringBoot3WithTheProperty() throws Exception {
        String classPath = classPathOf("spring-boot-3-netty-4.2");
        assertThat(classPath).contains("spring-boot-3.").contains("netty-transport-" + NEEDED);

        assertThat(run(classPath)).contains("accepts connections");
    }
}
