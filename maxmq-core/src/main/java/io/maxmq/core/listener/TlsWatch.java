package io.maxmq.core.listener;

import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.WorkerPool;
import io.maxmq.spi.Registration;
import java.time.Duration;

/**
 * Has something looked at again and again until it is closed: timed by a loop, done on the worker pool, one look at a time. A look that the
 * pool has no room for is left out.
 */
final class TlsWatch implements Registration {
    /** A change of files is seen within twice that. */
    static final Duration PERIOD = Duration.ofMillis(400);

    private final Loop loop;
    private final WorkerPool workers;
    private final Duration period;
    private final Runnable look;
    private volatile boolean closed;

    /** Begins at once; the first look is after one period. */
    TlsWatch(Loop loop, WorkerPool workers, Duration period, Runnable look) {
        this.loop = loop;
        this.workers = workers;
        this.period = period;
        this.look = look;
        loop.run(this::arm);
    }

    private void arm() {
        if (!closed) {
            loop.schedule(period.toNanos(), this::due);
        }
    }

    private void due() {
        if (!closed && !workers.tryExecute(this::look)) {
            arm();
        }
    }

    private void look() {
        try {
            if (!closed) {
                look.run();
            }
        } finally {
            if (!closed) {
                loop.run(this::arm);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
