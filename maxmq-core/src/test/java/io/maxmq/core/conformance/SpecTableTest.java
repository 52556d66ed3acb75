package io.maxmq.core.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

    @ParameterizedTest
    @ValueSource(strings = {"5.0", "3.1.1"})
    void almostAllThatBindsTheBrokerIsTested(String version) {
        List<Statement> server =
                Statement.of(version).stream().filter(Statement::bindsServer).toList();

        assertThat(SpecTable.tested(server, proofs(version)) * 100.0 / server.size())
                .as("%% of the statements of MQTT %s that bind the server", version)
                .isGreaterThanOrEqualTo(95);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5.0", "3.1.1"})
    void whatIsNotTestedHasItsReasonAndNothingElseHas(String version) {
        List<String> without = new ArrayList<>();
        List<String> superfluous = new ArrayList<>();
        for (Statement statement : Statement.of(version)) {
            boolean open = statement.bindsServer() && !proofs(version).containsKey(statement.id());
            if (open != (statement.whyUntested() != null)) {
                (open ? without : superfluous).add(statement.id());
            }
        }

        assertThat(without).as("no test, and no reason in mqtt-%s.txt", version).isEmpty();
        assertThat(superfluous)
                .as("tested, or the client's; and a reason in mqtt-%s.txt why not", version)
                .isEmpty();
    }

    @Test
    void theFileIsUpToDate() throws IOException {
        String table = SpecTable.render(tests.proofs, VERSIONS);
        if (Boolean.getBoolean("maxmq.spec.write")) {
            Files.writeString(FILE, table);
        }

        List<String> committed = Files.readAllLines(FILE);
        List<String> expected = table.lines().toList();
        int same = 0;
        while (same < Math.min(committed.size(), expected.size())
                && committed.get(same).equals(expected.get(same))) {
            same++;
        }
        assertThat(same < committed.size() ? committed.get(same) : "the end")
                .as("line %d of maxmq-core/SPEC.md; to write the file anew: %s", same + 1, SpecTable.REGENERATE)
                .isEqualTo(same < expected.size() ? expected.get(same) : "the end");
    }
}
