package io.maxmq.core.loop;

import io.maxmq.core.observe.WorkerPool;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Timers;
import io.maxmq.spi.event.BrokerEvent.Failure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Timers on the wheel of one loop, with tasks that run on the worker pool. Thread-safe. */
public final class WorkerTimers implements Timers {
    private final Loop loop;
    private final WorkerPool workers;
    private final FailureHandler failures;

    /** Receives the failures of tasks. */
    @FunctionalInterface
    public interface FailureHandler {
        /**
         * Runs on the loop or on a worker. Must not throw.
         *
         * @param failure {@code REJECTED} if the pool's queue was full, in which case a periodic task skips this run,
         *     or {@code THREW}
         */
        void failed(Runnable task, Failure failure, @Nullable Throwable cause);
    }

    /** Creates no timer yet. */
    public WorkerTimers(Loop loop, WorkerPool workers, FailureHandler failures) {
        this.loop = loop;
        this.workers = workers;
        this.failures = failures;
    }

    @Override
    public Registration after(Duration delay, Runnable task) {
        Scheduled scheduled = new Scheduled(delay.toNanos(), task, false);
        loop.run(scheduled::arm);
        return scheduled;
    }

    @Override
    public Registration every(Duration period, Runnable task) {
        if (period.isZero() || period.isNegative()) {
            throw new IllegalArgumentException("period must be positive: period=" + period);
        }
        Scheduled scheduled = new Scheduled(period.toNanos(), task, true);
        loop.run(scheduled::arm);
        return scheduled;
    }

    private final class Scheduled implements Registration {
        private final long nanos;
        private final Runnable task;
        private final boolean again;
        private volatile boolean closed;

        Scheduled(long nanos, Runnable task, boolean again) {
            this.nanos = nanos;
            this.task = task;
            this.again = again;
        }

        private void arm() {
            if (!closed) {
                loop.schedule(nanos, this::due);
            }
        }

        private void due() {
            if (!closed && !workers.tryExecute(this::run)) {
                failures.failed(task, Failure.REJECTED, null);
                rearm();
            }
        }

        private void run() {
            try {
                if (!closed) {
                    task.run();
                }
            } catch (Throwable t) {
                failures.failed(task, Failure.THREW, t);
            } finally {
                rearm();
            }
        }

        private void rearm() {
            if (again && !closed) {
                loop.run(this::arm);
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
