package io.maxmq.core.engine;

import io.maxmq.core.observe.Counter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;

/**
 * Runs an action on each event loop of a broker and waits for it, within the close timeout. Thread-safe; must not be
 * called on a loop.
 */
public final class EveryLoop {
    private final List<LoopAssembly> loops;
    private final Duration timeout;
    private final Logger log;

    public EveryLoop(List<LoopAssembly> loops, Duration timeout, Logger log) {
        this.loops = loops;
        this.timeout = timeout;
        this.log = log;
    }

    /** Returns the number of loops that there are. */
    public int count() {
        return loops.size();
    }

    /** Returns the sum of a counter over all loops. */
    public long sum(Counter counter) {
        long sum = 0;
        for (LoopAssembly each : loops) {
            sum += each.loop().counters().value(counter);
        }
        return sum;
    }

    public void run(Consumer<LoopAssembly> action) {
        await(begin(action));
    }

    /** A virtual clock has moved: every loop looks at its deadlines. Waits for them, so that a test sees the effects; not on a loop. */
    public void pollTimers() {
        CountDownLatch polled = begin(each -> each.loop().pollDueTimers());
        if (loops.stream().noneMatch(each -> each.loop().inLoop())) {
            await(polled);
        }
    }

    private CountDownLatch begin(Consumer<LoopAssembly> action) {
        CountDownLatch done = new CountDownLatch(loops.size());
        for (LoopAssembly each : loops) {
            boolean taken = each.loop().tryExecute(() -> {
                try {
                    action.accept(each);
                } finally {
                    done.countDown();
                }
            });
            if (!taken) {
                done.countDown(); // that loop has ended
            }
        }
        return done;
    }

    /** For something that loops count down; says so when they do not in time. */
    public void await(CountDownLatch latch) {
        try {
            if (!latch.await(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                log.warn("event loops did not answer within {}", timeout);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
