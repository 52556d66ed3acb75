package io.maxmq;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Each top-level type of the project has a simple name of its own, so that a reader need not look at the import. */
class SimpleNamesTest {
    private static final Path PROJECT = Path.of("..");

    /** Projects of their own that stand for an application: their names are seen nowhere else. */
    private static final List<String> APPLICATIONS = List.of("outside", "spring-boot", "boot-3-tests", "boot-4-tests");

    @Test
    void noTwoTopLevelTypesShareASimpleName() throws IOException {
        Map<String, Path> seen = new HashMap<>();
        TreeSet<String> shared = new TreeSet<>();

        for (Path file : mainSources()) {
            Path other = seen.putIfAbsent(file.getFileName().toString(), file);
            if (other != null) {
                shared.add(other + " and " + file);
            }
        }

        assertThat(seen).containsKeys("MaxMQ.java", "Loop.java", "RuleEngine.java", "RocksDbStorage.java");
        assertThat(shared).isEmpty();
    }

    private static List<Path> mainSources() throws IOException {
        try (Stream<Path> files = Files.walk(PROJECT)) {
            return files.filter(SimpleNamesTest::isMainSource).toList();
        }
    }

    private static boolean isMainSource(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".java")
                && !name.contains("-info")
                && file.toString().contains("src/main/java")
                && APPLICATIONS.stream()
                        .noneMatch(application -> file.toString().contains("/" + application + "/"));
    }
}
