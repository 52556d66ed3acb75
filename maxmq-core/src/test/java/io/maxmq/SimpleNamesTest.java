package io.maxmq;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Top-level types of this module have names of their own, so that a reader need not look at the import. */
class SimpleNamesTest {
    private static final Path SOURCES = Path.of("src/main/java");

    /** Pairs that remain. A type that is renamed leaves this list. */
    private static final Set<String> SHARED =
            Set.of("Admission", "Capabilities", "Page", "Sessions", "Subscription", "Will");

    @Test
    void noTwoTopLevelTypesShareASimpleName() throws IOException {
        Set<String> seen = new HashSet<>();
        Set<String> shared = new TreeSet<>();

        for (String name : simpleNames()) {
            if (!seen.add(name)) {
                shared.add(name);
            }
        }

        assertThat(seen).contains("MaxMQ", "Loop");
        assertThat(shared).containsExactlyInAnyOrderElementsOf(SHARED);
    }

    private static List<String> simpleNames() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java") && !name.contains("-info"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .toList();
        }
    }
}
