package io.maxmq;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Finds buffers that were lost: unreachable and never released. */
final class Leaks {
    private static final long COLLECTION_MILLIS = 10_000;

    private Leaks() {}

    /** Collects garbage until what is unreachable now is known to be, and takes what the detector found. */
    static List<String> find() throws InterruptedException {
        assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
        List<String> found = new ArrayList<>();
        // Twice: what a finished collection has made unreachable is found by the next.
        for (int i = 0; i < 2; i++) {
            awaitCollection();
            // The detector looks at its queue when the next buffer is made.
            PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
            found.addAll(RecordingLeakDetector.takeLeaks());
        }
        return found;
    }

    private static void awaitCollection() throws InterruptedException {
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        PhantomReference<Object> witness = new PhantomReference<>(new Object(), queue);
        long deadline = System.nanoTime() + COLLECTION_MILLIS * 1_000_000;
        do {
            System.gc();
        } while (queue.remove(100) == null && System.nanoTime() < deadline);
        assertThat(witness.refersTo(null)).isTrue();
    }
}
