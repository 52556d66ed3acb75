package io.maxmq.examples.crash;

import io.maxmq.examples.crash.FaultyBroker.Fault;
import io.maxmq.examples.crash.PowerCut.Lie;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The standalone broker, killed and cut from its power while clients work: nothing acknowledged is lost, nothing of QoS 2
 * comes twice. {@code -Dmaxmq.crash.kills=N}, {@code -Dmaxmq.crash.cuts=N} and {@code -Dmaxmq.crash.seed=N} change how
 * often, and which way; a failure says its seed.
 */
class CrashIT {
    private static final int ROUNDS = 10;
    private static final int MOST_EVENTS = 3_000;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

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
                        seed + run,
                        ROUNDS,
                        MOST_EVENTS,
                        cuts,
                        cuts || run % 2 == 0 ? "fsync" : "os",
                        Lie.NONE,
                        Fault.NONE,
                        PATIENCE));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("kills")
    void nothingPromisedIsLostWhenTheProcessIsKilled(Run.Settings settings) throws Exception {
        assertAllIsWell(settings, null);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("cuts")
    void nothingPromisedIsLostWhenThePowerFails(Run.Settings settings) throws Exception {
        assertAllIsWell(settings, PowerCut.compiledIn(temporary));
    }

    private void assertAllIsWell(Run.Settings settings, PowerCut powerCut) throws Exception {
        new Run(settings, temporary, powerCut).assertAllIsWell();
    }
}
