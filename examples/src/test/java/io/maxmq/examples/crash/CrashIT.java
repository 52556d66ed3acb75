package io.maxmq.examples.crash;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The standalone broker, killed and cut from its power while clients work: nothing acknowledged is lost, nothing of QoS 2
 * comes twice. {@code -Dmaxmq.crash.kills=N}, {@code -Dmaxmq.crash.cuts=N} and {@code -Dmaxmq.crash.seed=N} change how
 * often, and which way; a failure says its seed.
 */
class CrashIT {
    private static final int ROUNDS = 10;
    private static final int MOST_MILLIS = 700;

    @TempDir
    Path temporary;

    /** A run by its settings. */
    static Stream<Run.Settings> kills() {
        return runs("maxmq.crash.kills", false);
    }

    static Stream<Run.Settings> cuts() {
        return runs("maxmq.crash.cuts", true);
    }

    private static Stream<Run.Settings> runs(String property, boolean cuts) {
        int rounds = Integer.getInteger(property, 2 * ROUNDS);
        long seed = Long.getLong("maxmq.crash.seed", 1);
        return IntStream.range(0, (rounds + ROUNDS - 1) / ROUNDS)
                .mapToObj(run -> new Run.Settings(
                        seed + run, ROUNDS, MOST_MILLIS, cuts, cuts || run % 2 == 0 ? "fsync" : "os", 0));
    }

    @ParameterizedTest
    @MethodSource("kills")
    void nothingPromisedIsLostWhenTheProcessIsKilled(Run.Settings settings) throws Exception {
        assertAllIsWell(settings, null);
    }

    @ParameterizedTest
    @MethodSource("cuts")
    void nothingPromisedIsLostWhenThePowerFails(Run.Settings settings) throws Exception {
        assertAllIsWell(settings, PowerCut.compiledIn(temporary));
    }

    /** So that the suite is known to see it. */
    @Test
    void aDiskThatLiesIsFoundOut() throws Exception {
        PowerCut powerCut = PowerCut.compiledIn(temporary);

        List<String> violations =
                new Run(new Run.Settings(1, 3, MOST_MILLIS, true, "fsync", 1), temporary, powerCut).violations();

        assertThat(violations).isNotEmpty();
    }

    @Test
    void aBrokerThatKeepsAllInMemoryIsFoundOut() throws Exception {
        List<String> violations =
                new Run(new Run.Settings(1, 2, MOST_MILLIS, false, null, 0), temporary, null).violations();

        assertThat(violations)
                .anyMatch(each -> each.startsWith("the session is lost"))
                .anyMatch(each -> each.startsWith("lost: "));
    }

    @Test
    void allIsWellWhenNobodyIsKilled() throws Exception {
        assertAllIsWell(new Run.Settings(1, 0, 500, false, null, 0), null);
    }

    private void assertAllIsWell(Run.Settings settings, PowerCut powerCut) throws Exception {
        Run run = new Run(settings, temporary, powerCut);
        List<String> violations = run.violations();
        if (!violations.isEmpty()) {
            Path kept = Path.of("target", "crash", settings.seed() + (settings.cuts() ? "-cuts.txt" : "-kills.txt"));
            Files.createDirectories(kept.getParent());
            Files.write(
                    kept, run.history().stream().map(History.Entry::toString).toList());
            assertThat(violations.subList(0, Math.min(20, violations.size())))
                    .as("%s, %d violations, history in %s", settings, violations.size(), kept.toAbsolutePath())
                    .isEmpty();
        }
    }
}
