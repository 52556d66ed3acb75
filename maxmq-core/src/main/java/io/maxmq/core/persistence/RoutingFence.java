package io.maxmq.core.persistence;

import java.util.List;
import java.util.function.Function;

/**
 * Puts the end of a subscriber's record of QoS 2 behind the record of its publisher that says that the message is routed: else a
 * crash between the two has the message routed once more, to a subscriber of which nothing tells that it has had it.
 *
 * <p>Before a loop lets go of such records it asks every loop, itself too, and waits until all messages of QoS 2 that those had taken by
 * then are routed, and that is written. As a subscriber gets a message after its publisher's loop has taken it, that is among them.
 *
 * <p>Likewise it puts the acknowledgement of a cleared retained message behind all messages of QoS 2 that had set one by then: else a
 * crash between the two has such a message routed once more, and retained again, as nothing tells that it was cleared.
 *
 * <p>Made once, before the loops run; then each loop uses its part.
 */
public final class RoutingFence {
    private static final long RETRY_NANOS = 1_000_000_000L;

    private final List<LoopRecords> loops;

    private RoutingFence(List<LoopRecords> loops) {
        this.loops = loops;
    }

    /** Has these loops, which are all of a broker, wait for each other. On each loop, or before it runs. */
    public static void connect(List<LoopRecords> loops) {
        RoutingFence fence = new RoutingFence(List.copyOf(loops));
        for (LoopRecords each : loops) {
            each.store().loop().run(() -> {
                each.store().fence(then -> fence.pass(each, LoopRecords::routings, then));
                each.retained().fence(then -> fence.pass(each, LoopRecords::retaining, then));
            });
        }
    }

    private void pass(LoopRecords asking, Function<LoopRecords, Routings> those, Runnable then) {
        int[] left = {loops.size()};
        Runnable answer = () -> asking.store().loop().execute(() -> {
            if (--left[0] == 0) {
                then.run();
            }
        });
        for (LoopRecords each : loops) {
            each.store().loop().execute(() -> those.apply(each).whenEnded(() -> whenWritten(each.store(), answer)));
        }
    }

    /** A change that the store has not taken is repeated by the loop: asks again then. */
    private static void whenWritten(LoopStore store, Runnable action) {
        store.afterWritten(() -> {
            if (store.hasTakenAll()) {
                action.run();
            } else {
                store.loop().afterPause(RETRY_NANOS, () -> whenWritten(store, action));
            }
        });
    }
}
