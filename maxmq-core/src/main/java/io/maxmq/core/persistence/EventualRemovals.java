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

    /** They go then at the latest, whatever they wait for: they take memory. */
    private static final long LATEST_NANOS = 60_000_000_000L;

    private final Loop loop;
    private final Consumer<List<Write>> ripe;
    private List<Write> gathered = new ArrayList<>();
    /** Those that the fence has been asked about. */
    private List<Write> ripening = new ArrayList<>();

    private Fence fence;

    /** @param ripe takes those that go now */
    EventualRemovals(Loop loop, Consumer<List<Write>> ripe) {
        this.loop = loop;
        this.ripe = ripe;
        this.fence = then -> loop.afterPause(GATHER_NANOS, then);
    }

    /** What they wait for from now on; without it half a second at most. */
    void fence(Fence before) {
        fence = before;
    }

    void add(Write removal) {
        if (gathered.isEmpty() && ripening.isEmpty()) {
            loop.afterPause(GATHER_NANOS, this::ripen);
        }
        gathered.add(removal);
    }

    private void ripen() {
        List<Write> empty = ripening;
        ripening = gathered;
        gathered = empty;
        Ripening now = new Ripening();
        fence.pass(now);
        loop.afterPause(LATEST_NANOS, now);
    }

    /** Hands over what has waited, once. */
    private final class Ripening implements Runnable {
        private boolean isOver;

        @Override
        public void run() {
            if (isOver) {
                return;
            }
            isOver = true;
            List<Write> now = ripening;
            ripening = new ArrayList<>();
            if (!gathered.isEmpty()) {
                loop.afterPause(GATHER_NANOS, EventualRemovals.this::ripen);
            }
            ripe.accept(now);
        }
    }

    /** All of them, which are nobody's here any more, in their order. */
    List<Write> takeAll() {
        List<Write> all = new ArrayList<>(ripening);
        all.addAll(gathered);
        ripening.clear();
        gathered.clear();
        return all;
    }
}
