package io.maxmq;

import io.maxmq.RecordedMetrics.Metric;
import io.maxmq.config.Listener;
import io.maxmq.config.Tenancy;
import io.maxmq.memory.MemoryStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** METRICS.md says what a broker registers, under names that every sink can take. */
class MetricsTableTest {
    private static final Path FILE = Path.of("..", "METRICS.md");

    private static List<Metric> metrics;

    @BeforeAll
    static void read() {
        RecordedMetrics sink = new RecordedMetrics();
        try (TestBroker broker = TestBroker.start(builder ->
                builder.metrics(sink).storage(MemoryStorage.create().store()).listener(Listener.tcp(0)))) {
            assertThat(broker.broker().isRunning()).isTrue();
            metrics = new ArrayList<>(sink.all());
        }
        RecordedMetrics ofTenants = new RecordedMetrics();
        try (TestBroker broker = TestBroker.start(
                builder -> builder.metrics(ofTenants).tenancy(Tenancy.byServerName("{tenant}.example.com")))) {
            assertThat(broker.broker().isRunning()).isTrue();
            ofTenants.all().stream()
                    .filter(each -> each.name().startsWith("maxmq.tenant."))
                    .forEach(metrics::add);
        }
    }

    @Test
    void eachIsRegisteredOnce() {
        assertThat(metrics).extracting(Metric::key).doesNotHaveDuplicates();
    }

    @Test
    void thoseOfOneNameAreOfOneKindAndDifferByTheSameTags() {
        Map<String, List<Metric>> byName = metrics.stream().collect(Collectors.groupingBy(Metric::name));

        assertThat(byName)
                .allSatisfy((name, all) -> assertThat(all.stream()
                                .map(each -> each.grows()
                                        + each.description()
                                        + each.tags().keySet().stream().sorted().toList()))
                        .as(name)
                        .containsOnly(all.get(0).grows()
                                + all.get(0).description()
                                + all.get(0).tags().keySet().stream().sorted().toList()));
    }

    /** Prometheus appends or strips these, and two names become one. */
    @Test
    void namesAreInLowerCaseWithDotsAndEndInNoWordOfPrometheus() {
        assertThat(metrics).extracting(Metric::name).allMatch(each -> each.matches("maxmq(\\.[a-z]+)+"));
        assertThat(metrics)
                .extracting(Metric::name)
                .noneMatch(each -> each.matches(".*\\.(total|created|info|bucket|count|sum)"));
    }

    @Test
    void theFileIsUpToDate() throws IOException {
        String table = MetricsTable.render(metrics);
        if (Boolean.getBoolean("maxmq.metrics.write")) {
            Files.writeString(FILE, table);
        }

        assertThat(Files.readAllLines(FILE))
                .as("maxmq-core/METRICS.md; to write the file anew: %s", MetricsTable.REGENERATE)
                .isEqualTo(table.lines().toList());
    }
}
