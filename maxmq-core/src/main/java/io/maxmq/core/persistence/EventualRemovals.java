package io.maxmq.core.persistence;

import io.maxmq.core.loop.Loop;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Removals that may well be late: gathered for a quarter of a second, then kept until a {@link Fence} lets them pass, so that they come
 * behind what has to be written before them and, most of the time, together.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class EventualRemovals {
    private static final long GATHER_NANOS = 250_000_000L;

    /** After each such time they go, whatever they wait for, if they take too much memory. */
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    /** As much is not too much. */
    static final long MOST_BYTES = 8L << 20;

    private final Loop loop;
    private final Consumer<List<Write>> ripe;
    private List<Write> gathered = new ArrayList<>();
    /** Those that the fence has been asked about. */
    private List<Write> ripening = new ArrayList<>();
    /** What both are charged. */
    private long bytes;

    private Fence fence;

    /** @param ripe takes those that go now */
    EventualRemovals(Loop loop, Consumer<List<Write>> ripe) {
        this.loop = loop;
        this.ripe = ripe;
        this.fence = then -> loop.afterPause(GATHER_NANOS, then);
    }

    /** What they wait for from now on; without it half a second at most. */
    void fence(Fence before) {
        assert loop.inLoop();
        fence = before;
    }

    void add(Write removal) {
        assert loop.inLoop();
        if (gathered.isEmpty() && ripening.isEmpty()) {
            loop.afterPause(GATHER_NANOS, this::ripen);
        }
        gathered.add(removal);
        bytes += removal.chargedBytes();
    }

    private void ripen() {
        assert loop.inLoop();
        List<Write> empty = ripening;
        ripening = gathered;
        gathered = empty;
        Ripening now = new Ripening();
        fence.pass(now);
        loop.afterPause(PATIENCE_NANOS, now::waited);
    }

    /** Hands over what has waited, once. */
    private final class Ripening implements Runnable {
        private boolean isOver;

        void waited() {
            if (bytes > MOST_BYTES) {
                run();
            } else if (!isOver) {
                loop.afterPause(PATIENCE_NANOS, this::waited);
            }
        }

        @Override
        public void run() {
            if (isOver) {
                return;
            }
            isOver = true;
            List<Write> now = ripening;
            ripening = new ArrayList<>();
            now.forEach(each -> bytes -= each.chargedBytes());
            if (!gathered.isEmpty()) {
                loop.afterPause(GATHER_NANOS, EventualRemovals.this::ripen);
            }
            ripe.accept(now);
        }
    }

    /** All of them, which are nobody's here any more, in their order. */
    List<Write> takeAll() {
        assert loop.inLoop();
        List<Write> all = new ArrayList<>(ripening);
        all.addAll(gathered);
        ripening.clear();
        gathered.clear();
        bytes = 0;
        return all;
    }
}
