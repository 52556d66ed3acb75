package io.maxmq.core.bootstrap;

import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.WorkerPool;
import io.maxmq.core.tls.WatchedFiles;
import io.maxmq.spi.Registration;
import java.time.Duration;

/**
 * Looks at the files of a TLS listener until it is closed, and has them read again when they have changed: timed by a loop, done on
 * the worker pool, one look at a time. A look that the pool has no room for is left out.
 */
final class TlsWatch implements Registration {
    /** A change is seen within twice that. */
    static final Duration PERIOD = Duration.ofMillis(400);

    private final Loop loop;
    private final WorkerPool workers;
    private final WatchedFiles files;
    private final Runnable onChange;
    private volatile boolean closed;

    /** Begins at once. */
    TlsWatch(Loop loop, WorkerPool workers, WatchedFiles files, Runnable onChange) {
        this.loop = loop;
        this.workers = workers;
        this.files = files;
        this.onChange = onChange;
        loop.run(this::arm);
    }

    private void arm() {
        if (!closed) {
            loop.schedule(PERIOD.toNanos(), this::due);
        }
    }

    private void due() {
        if (!closed && !workers.tryExecute(this::look)) {
            arm();
        }
    }

    private void look() {
        try {
            if (!closed && files.haveChanged()) {
                onChange.run();
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
