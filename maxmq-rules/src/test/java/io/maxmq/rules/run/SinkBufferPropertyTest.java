package io.maxmq.rules.run;

import io.maxmq.rules.output.Output;
import io.maxmq.rules.output.RuleCounters;
import io.maxmq.rules.sink.Buffering;
import io.maxmq.rules.sink.SinkOverflow;
import io.maxmq.spi.MemoryAccount;
import io.maxmq.spi.Tenant;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import static org.assertj.core.api.Assertions.assertThat;

/** The buffer of a sink under any order of additions, writes, retries and overflow. */
class SinkBufferPropertyTest {
    private static final int MAX_RECORDS = 12;

    private final Map<String, Integer> lastWritten = new HashMap<>();
    private final List<List<SinkBuffer.Entry>> underWay = new ArrayList<>();
    private final List<Output> dropped = new ArrayList<>();
    private long charged;
    private int added;
    private int finished;

    private final MemoryAccount memory = new MemoryAccount() {
        @Override
        public boolean tryCharge(long bytes) {
            charged += bytes;
            return true;
        }

        @Override
        public void release(long bytes) {
            charged -= bytes;
        }

        @Override
        public long chargedBytes() {
            return charged;
        }
    };

    @Property(tries = 500)
    void keepsTheOrderOfEachClientAndLosesNothing(@ForAll Random random, @ForAll boolean dropsOldest) {
        begin();
        SinkOverflow overflow = dropsOldest ? SinkOverflow.DROP_OLDEST : SinkOverflow.DROP_NEWEST;
        SinkBuffer buffer =
                new SinkBuffer(Buffering.DEFAULTS.bound(MAX_RECORDS, 1 << 20, overflow), true, dropped::add);
        buffer.chargeTo(memory);

        for (int i = 0; i < 200; i++) {
            switch (random.nextInt(4)) {
                case 0, 1 -> buffer.add(record("client-" + random.nextInt(5)));
                case 2 -> {
                    if (buffer.hasReady()) {
                        begin(buffer.take(1 + random.nextInt(4)));
                    }
                }
                default -> {
                    if (!underWay.isEmpty()) {
                        end(buffer, underWay.remove(random.nextInt(underWay.size())), random);
                    }
                }
            }
            check(buffer);
        }
        while (!buffer.isEmpty() || !underWay.isEmpty()) {
            while (buffer.hasReady()) {
                begin(buffer.take(3));
            }
            end(buffer, underWay.remove(0), random);
            check(buffer);
        }

        assertThat(finished + dropped.size()).isEqualTo(added);
        assertThat(charged).isZero();
        assertThat(buffer.bytes()).isZero();
        assertThat(buffer.discarded()).isEqualTo(dropped.size());
    }

    private void begin() {
        lastWritten.clear();
        underWay.clear();
        dropped.clear();
        charged = 0;
        added = 0;
        finished = 0;
    }

    private Output record(String clientId) {
        added++;
        byte[] json = ("{\"n\":" + added + "}").getBytes(StandardCharsets.UTF_8);
        return new Output(
                new RuleCounters(), "r", Tenant.DEFAULT, clientId, String.valueOf(added), 0, 0, null, null, json);
    }

    private void begin(List<SinkBuffer.Entry> batch) {
        assertThat(batch).isNotEmpty();
        for (SinkBuffer.Entry each : batch) {
            String client = each.output.clientId();
            assertThat(underWay)
                    .allSatisfy(other -> assertThat(other)
                            .noneMatch(entry -> entry.output.clientId().equals(client)));
        }
        underWay.add(batch);
    }

    /** Writes a prefix and puts the others back. */
    private void end(SinkBuffer buffer, List<SinkBuffer.Entry> batch, Random random) {
        int written = random.nextInt(batch.size() + 1);
        for (SinkBuffer.Entry each : batch.subList(0, written)) {
            int number = Integer.parseInt(each.output.id());
            Integer before = lastWritten.put(each.output.clientId(), number);
            assertThat(before == null || before < number).isTrue();
            buffer.forget(each);
            finished++;
        }
        buffer.putBack(batch.subList(written, batch.size()));
        buffer.release(batch);
    }

    private void check(SinkBuffer buffer) {
        int taken = underWay.stream().mapToInt(List::size).sum();
        assertThat(buffer.records() + taken + finished + dropped.size()).isEqualTo(added);
        assertThat(buffer.bytes()).isEqualTo(charged);
        assertThat(buffer.isEmpty()).isEqualTo(buffer.records() == 0);
    }
}
