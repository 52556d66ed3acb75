package io.maxmq.rules.run;

import io.maxmq.rules.output.Output;
import io.maxmq.rules.sink.DeadLetter;
import io.maxmq.spi.MemoryAccount;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The last records that a sink has not taken, bounded in number and bytes and charged to the broker's memory: what does not fit is
 * counted elsewhere and forgotten. Guarded by the lock of its {@link SinkRunner}.
 */
final class DeadLetters {
    private record Kept(DeadLetter letter, Output output) {}

    private final int maxLetters;
    private final long maxBytes;
    private final Deque<Kept> letters = new ArrayDeque<>();
    private long bytes;

    DeadLetters(int maxLetters, long maxBytes) {
        this.maxLetters = maxLetters;
        this.maxBytes = maxBytes;
    }

    /** Keeps one more, and forgets the oldest for it; not one that is larger than all may be, or that the budget has no room for. */
    void add(Output output, long atEpochMillis, int attempts, String why, MemoryAccount memory) {
        int size = output.bytes();
        if (maxLetters == 0 || size > maxBytes) {
            return;
        }
        while (letters.size() >= maxLetters || bytes + size > maxBytes) {
            forget(letters.remove(), memory);
        }
        if (memory.tryCharge(size)) {
            letters.add(new Kept(new DeadLetter(output, atEpochMillis, attempts, why), output));
            bytes += size;
        }
    }

    private void forget(Kept kept, MemoryAccount memory) {
        int size = kept.output().bytes();
        bytes -= size;
        memory.release(size);
    }

    /** Removes and returns all, the oldest first. */
    List<Output> takeAll(MemoryAccount memory) {
        List<Output> all = new ArrayList<>();
        for (Kept each : letters) {
            all.add(each.output());
            forget(each, memory);
        }
        letters.clear();
        return all;
    }

    /** All, the oldest first. */
    List<DeadLetter> all() {
        return letters.stream().map(Kept::letter).toList();
    }
}
