package io.maxmq;

import io.maxmq.RecordedMetrics.Metric;
import io.maxmq.codec.QoS;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.Message;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The storage's own figures as metrics of the broker. */
class StorageMetricsTest {
    private final RecordedMetrics metrics = new RecordedMetrics();

    @Test
    void whatIsWrittenIsCounted() {
        try (MaxMQ broker = MaxMQ.builder()
                .name("metrics")
                .metrics(metrics)
                .storage(MemoryStorage.create().store())
                .allowAnonymous()
                .start()) {
            long batchesBefore = values().get("maxmq.storage.batches");

            broker.publish(Message.builder("t")
                            .payload("m")
                            .qos(QoS.AT_LEAST_ONCE)
                            .retain(true)
                            .build())
                    .toCompletableFuture()
                    .join();

            assertThat(values().get("maxmq.storage.batches")).isGreaterThan(batchesBefore);
            assertThat(values().get("maxmq.storage.mutations")).isPositive();
            assertThat(values())
                    .containsKeys(
                            "maxmq.storage.disk.bytes",
                            "maxmq.storage.memory.bytes",
                            "maxmq.storage.compaction.debt.bytes",
                            "maxmq.storage.pending.bytes",
                            "maxmq.storage.groups",
                            "maxmq.storage.syncs");
        }
        assertThat(metrics.all()).isEmpty();
    }

    private Map<String, Long> values() {
        return metrics.all().stream()
                .filter(each -> each.name().startsWith("maxmq.storage."))
                .collect(Collectors.toMap(Metric::name, each -> each.value().getAsLong()));
    }
}
