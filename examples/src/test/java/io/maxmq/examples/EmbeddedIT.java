package io.maxmq.examples;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A program with a broker in it, started without JVM flags: nothing comes on stderr that is not its own. */
class EmbeddedIT {
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final String QUICKSTART = "io.maxmq.examples.quickstart.Quickstart";

    @ParameterizedTest
    @EnumSource(TestedJdk.class)
    void isSilentOnTheClassPath(TestedJdk jdk) throws Exception {
        assertRunsSilently(jdk, "-cp", jars(EmbeddedIT::isNoNativeLibrary), QUICKSTART);
    }

    @ParameterizedTest
    @EnumSource(TestedJdk.class)
    void isSilentOnTheClassPathWithNativeEpoll(TestedJdk jdk) throws Exception {
        assertRunsSilently(jdk, "-cp", jars(jar -> true), QUICKSTART);
    }

    @ParameterizedTest
    @EnumSource(TestedJdk.class)
    void isSilentOnTheModulePath(TestedJdk jdk) throws Exception {
        assertRunsSilently(jdk, "-p", jars(EmbeddedIT::isNoNativeLibrary), "-m", "io.maxmq.examples/" + QUICKSTART);
    }

    @ParameterizedTest
    @EnumSource(TestedJdk.class)
    void isSilentOnTheModulePathWithNativeEpoll(TestedJdk jdk) throws Exception {
        assertRunsSilently(jdk, "-p", jars(jar -> true), "-m", "io.maxmq.examples/" + QUICKSTART);
    }

    @ParameterizedTest
    @EnumSource(TestedJdk.class)
    void roundtripShowsTheMessageAndStaysUp(TestedJdk jdk) throws Exception {
        String jar = TARGET.resolve("maxmq-examples.jar").toString();
        try (ChildProcess roundtrip = ChildProcess.start(jdk, "-jar", jar, "0")) {
            int port = portIn(roundtrip.nextLine());
            List<String> shown = new ArrayList<>();
            while (!(shown.isEmpty() ? "" : shown.get(shown.size() - 1)).contains("Ctrl-C")) {
                shown.add(roundtrip.nextLine());
            }
            assertThat(shown).contains("Paho has received: Hello, MQTT");

            assertThat(Clients.roundTripV5(port, "still up")).isEqualTo("still up");

            roundtrip.terminate();
            assertThat(roundtrip.exitCode()).isEqualTo(143);
            assertThat(roundtrip.stderr()).isEmpty();
        }
    }

    private static void assertRunsSilently(TestedJdk jdk, String... arguments) throws Exception {
        try (ChildProcess program = ChildProcess.start(jdk, arguments)) {
            List<String> shown = List.of(program.nextLine(), program.nextLine());
            assertThat(shown).contains("Hello, MQTT");
            int port = portIn(String.join("\n", shown));
            assertThat(Clients.roundTripV3(port, "three")).isEqualTo("three");
            assertThat(Clients.roundTripV5(port, "five")).isEqualTo("five");

            program.enter();

            assertThat(program.exitCode()).isZero();
            assertThat(program.stdout()).isEmpty();
            assertThat(program.stderr()).isEmpty();
        }
    }

    /** The examples and what core needs at run time, as a class path or module path. */
    private static String jars(Predicate<String> wanted) throws IOException {
        try (Stream<Path> lib = Files.list(TARGET.resolve("lib"))) {
            return Stream.concat(Stream.of(TARGET.resolve("maxmq-examples.jar")), lib)
                    .filter(jar -> wanted.test(jar.getFileName().toString()))
                    .filter(jar -> !jar.getFileName().toString().contains("paho"))
                    .map(Path::toString)
                    .sorted()
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }

    private static boolean isNoNativeLibrary(String jar) {
        return !jar.startsWith("netty-transport-native-epoll");
    }

    private static int portIn(String text) {
        Matcher matcher = Pattern.compile("(?:port |127\\.0\\.0\\.1:)(\\d+)").matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return Integer.parseInt(matcher.group(1));
    }
}
