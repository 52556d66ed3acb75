package io.maxmq.core.hostile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Many subscribers that stop reading while messages keep coming: what they take of a broker with 256 MB. */
class StoppedReadersIT {
    private static final int READERS = 400;
    private static final long MAX_MORE_BYTES = 64L << 20;
    private static final int ROUNDS = 30;
    private static final int MESSAGES = 500;

    @Test
    void manyStoppedReadersTakeLittleMemory() {
        List<RawClient> readers = new ArrayList<>();
        try (BrokerProcess broker = new BrokerProcess(List.of("-Xmx256m"), 60_000, cut -> {});
                RawClient publisher = RawClient.open(5, broker.port(), 0)) {
            publisher.send(Wire.connect(5, "publisher")).expectAccepted();
            for (int i = 0; i < READERS; i++) {
                RawClient reader = RawClient.open(5, broker.port(), 4096);
                readers.add(reader);
                reader.send(Wire.connect(5, "reader-" + i)).expectAccepted();
                reader.send(Wire.subscribe(5, 1, 0, "news")).expect(Wire.SUBACK);
            }
            long before = broker.stats().get("now.direct");
            byte[] message = Wire.publish(5, 0, 0, "news", new byte[1000]);
            byte[][] some = new byte[MESSAGES][];
            Arrays.fill(some, message);
            byte[] round = Wire.concat(some);

            for (int i = 0; i < ROUNDS; i++) {
                publisher.send(round);
                publisher.send(Wire.publish(5, 1, i + 1, "other", new byte[0])).expect(Wire.PUBACK);
            }

            Map<String, Long> stats = broker.stats();
            assertThat(stats.get("maxmq.network.held.bytes")).as("%s", stats).isBetween(4L << 20, MAX_MORE_BYTES);
            assertThat(stats.get("peak.direct") - before).as("%s", stats).isLessThan(MAX_MORE_BYTES);
            assertThat(stats.get("peak.heap")).as("%s", stats).isLessThan(160L << 20);
        } finally {
            readers.forEach(RawClient::reset);
        }
    }
}
