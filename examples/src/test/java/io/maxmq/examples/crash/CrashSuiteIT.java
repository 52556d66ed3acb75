package io.maxmq.examples.crash;

import io.maxmq.examples.crash.FaultyBroker.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Whether the crash suite sees what it is there to see, and nothing that is not there. */
class CrashSuiteIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Where something will never come. */
    private static final Duration LITTLE_PATIENCE = Duration.ofSeconds(3);

    @TempDir
    Path temporary;

    @Test
    void allIsWellWhenNobodyIsKilled() throws Exception {
        new Run(new Run.Settings(1, 0, 3_000, false, null, PowerCut.Lie.NONE, Fault.NONE, PATIENCE), temporary, null)
                .assertAllIsWell();
    }

    @Test
    void aBrokerThatKeepsAllInMemoryIsFoundOut() throws Exception {
        List<String> violations = new Run(
                        new Run.Settings(1, 2, 5_000, false, null, PowerCut.Lie.NONE, Fault.NONE, LITTLE_PATIENCE),
                        temporary,
                        null)
                .violations();

        assertThat(violations)
                .anyMatch(each -> each.startsWith("the session is lost"))
                .anyMatch(each -> each.startsWith("lost: "));
    }

    @Test
    void aDiskThatLiesIsFoundOut() throws Exception {
        PowerCut powerCut = PowerCut.compiledIn(temporary);

        List<String> violations = new Run(
                        new Run.Settings(
                                1, 3, 5_000, true, "fsync", new PowerCut.Lie(1, ".log"), Fault.NONE, LITTLE_PATIENCE),
                        temporary,
                        powerCut)
                .violations();

        assertThat(violations).anyMatch(each -> each.startsWith("lost: "));
    }

    @Test
    void aBrokerThatForgetsPacketIdsIsFoundOut() throws Exception {
        assertThat(violationsOf(Fault.LOST_IDS, 3)).anyMatch(each -> each.startsWith("a message of QoS 2 came twice"));
    }

    @Test
    void aBrokerThatSwapsMessagesIsFoundOut() throws Exception {
        assertThat(violationsOf(Fault.SWAPPED_ORDER, 1)).anyMatch(each -> each.startsWith("came after "));
    }

    private List<String> violationsOf(Fault fault, int rounds) throws Exception {
        return new Run(
                        new Run.Settings(1, rounds, 2_000, false, "os", PowerCut.Lie.NONE, fault, LITTLE_PATIENCE),
                        temporary,
                        null)
                .violations();
    }
}
