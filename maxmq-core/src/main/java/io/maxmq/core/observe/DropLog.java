package io.maxmq.core.observe;

import io.maxmq.spi.DropReason;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/**
 * Logs the number of dropped messages by reason, at most once in ten seconds. Reads the counters of the event loops, so
 * the data path has no additional cost. Runs on one thread.
 */
public final class DropLog {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final DropReason[] REASONS = DropReason.values();

    /** Intended drops: the message expired, or a plug-in or an operator decided against it. */
    private static final Set<DropReason> EXPECTED = EnumSet.of(
            DropReason.EXPIRED,
            DropReason.QOS0_OFFLINE,
            DropReason.NOT_QUEUED,
            DropReason.NOT_AUTHORIZED,
            DropReason.INTERCEPTED,
            DropReason.SESSION_ENDED,
            DropReason.SHUTTING_DOWN);

    private final List<LoopCounters> loops;
    private final Logger log;
    private final long[] told = new long[REASONS.length];
    private long toldBytes;
    private long lastNanos;

    /** @param nowNanos the first report may follow immediately */
    public DropLog(List<LoopCounters> loops, Logger log, long nowNanos) {
        this.loops = List.copyOf(loops);
        this.log = log;
        this.lastNanos = nowNanos - PERIOD_NANOS;
    }

    /** Logs the drops since the last report, if the period has passed. */
    public void look(long nowNanos) {
        if (nowNanos - lastNanos < PERIOD_NANOS) {
            return;
        }
        StringBuilder byReason = new StringBuilder();
        long messages = 0;
        boolean isExpected = true;
        for (int i = 0; i < REASONS.length; i++) {
            DropReason reason = REASONS[i];
            long total = loops.stream()
                    .mapToLong(each -> each.droppedMessages(reason))
                    .sum();
            long fresh = total - told[i];
            if (fresh > 0) {
                told[i] = total;
                messages += fresh;
                isExpected &= EXPECTED.contains(reason);
                byReason.append(byReason.isEmpty() ? "" : ", ")
                        .append(reason)
                        .append(' ')
                        .append(fresh);
            }
        }
        if (messages == 0) {
            return;
        }
        lastNanos = nowNanos;
        long bytes = droppedBytes();
        String line = "{} messages with {} bytes were dropped since the last report: {}";
        if (isExpected) {
            log.info(line, messages, bytes - toldBytes, byReason);
        } else {
            log.warn(line, messages, bytes - toldBytes, byReason);
        }
        toldBytes = bytes;
    }

    private long droppedBytes() {
        long bytes = 0;
        for (LoopCounters each : loops) {
            for (DropReason reason : REASONS) {
                bytes += each.droppedBytes(reason);
            }
        }
        return bytes;
    }
}
