package io.maxmq.core.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** SPEC.md says what the tests' tags say, and the tags say enough. */
class SpecTableTest {
    private static final Path FILE = Path.of("SPEC.md");
    private static final List<String> VERSIONS = List.of("5.0", "3.1.1");

    private static TaggedTests tests;

    @BeforeAll
    static void read() {
        tests = TaggedTests.read();
    }

    private static Map<String, Set<String>> proofs(String version) {
        return tests.proofs.getOrDefault(version, Map.of());
    }

    @Test
    void taggedTestsAreRun() {
        assertThat(tests.problems).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"5.0", "3.1.1"})
    void statementsAreListedOnce(String version) {
        assertThat(Statement.of(version)).extracting(Statement::id).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"5.0", "3.1.1"})
    void tagsNameStatementsOfTheirVersion(String version) {
        List<String> known = Statement.of(version).stream().map(Statement::id).toList();

        proofs(version)
                .forEach((id, names) -> assertThat(known)
                        .as("statements of MQTT %s; tagged in %s", version, names)
                        .contains(id));
    }

    @Test
    void theFileIsUpToDate() throws IOException {
        String table = SpecTable.render(tests.proofs, VERSIONS);
        if (Boolean.getBoolean("maxmq.spec.write")) {
            Files.writeString(FILE, table);
        }

        assertThat(Files.readString(FILE))
                .as("maxmq-core/SPEC.md; to write it: %s", SpecTable.REGENERATE)
                .isEqualTo(table);
    }
}
