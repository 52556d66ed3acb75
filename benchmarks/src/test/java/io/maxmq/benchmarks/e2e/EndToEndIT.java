package io.maxmq.benchmarks.e2e;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Every kind of load against a real broker, where Mosquitto is installed. */
class EndToEndIT {
    @ParameterizedTest
    @CsvSource({
        "qos0,4",
        "qos1,4",
        "qos2,5",
        "fanout200,5",
        "fanin200,4",
        "latency0,4",
        "latency1,5",
        "connect,4",
        "idle,4",
        "retained,5",
        "start,4"
    })
    void measuresWithoutLossOnMosquitto(String scenario, String version, @TempDir Path directory) throws Exception {
        measuresWithoutLoss(Scenario.all(), scenario, false, version, directory);
    }

    @ParameterizedTest
    @CsvSource({
        "offline1-1,4",
        "offline2-10,5",
        "online1-100,5",
        "online2-10,4",
        "drain,5",
        "sessions,4",
        "recovery,5",
    })
    void measuresLastingSessionsWithoutLossOnMosquitto(String scenario, String version, @TempDir Path directory)
            throws Exception {
        measuresWithoutLoss(DurableScenarios.all(), scenario, true, version, directory);
    }

    private static void measuresWithoutLoss(
            List<Scenario> all, String scenario, boolean persistent, String version, Path directory) throws Exception {
        MosquittoBroker broker = new MosquittoBroker("mosquitto", persistent);
        assumeTrue(canPrepare(broker), "mosquitto is not installed");
        String line = "--seconds 0.3 --warmup 0.2 --connections 100 --retained 1000 --sessions 100 --recovered 100"
                + " --queued 1000 --version " + version;
        BenchmarkOptions options = BenchmarkOptions.parse(line.split(" "), List.of(), List.of());
        Scenario row = all.stream()
                .filter(each -> each.id().equals(scenario))
                .findFirst()
                .orElseThrow();

        Cell cell;
        try (BrokerProcess process = broker.start(directory)) {
            process.startsAgainBy(() -> broker.start(directory));
            cell = row.run().on(process, options);
        }

        assertThat(cell.text()).doesNotContain("failed");
        assertThat(cell.remarks()).noneMatch(remark -> remark.matches("(lost|ended|\\d+ ).*"));
    }

    private static boolean canPrepare(MeasuredBroker broker) throws InterruptedException {
        try {
            broker.prepare();
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
