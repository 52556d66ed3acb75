package io.maxmq.core.bootstrap;

import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.PluginFailures;
import io.maxmq.core.observe.WorkerPool;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Timers;
import io.maxmq.spi.event.BrokerEvent.Failure;
import java.time.Duration;

/** Timers of extensions: on one loop's wheel, the tasks on the worker pool. Thread-safe. */
final class ExtensionTimers implements Timers {
    private final Loop loop;
    private final WorkerPool workers;
    private final PluginFailures failures;

    ExtensionTimers(Loop loop, WorkerPool workers, PluginFailures failures) {
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
                failures.report(task.getClass().getName(), "timer", Failure.REJECTED, null);
                rearm();
            }
        }

        private void run() {
            try {
                if (!closed) {
                    task.run();
                }
            } catch (Throwable t) {
                failures.report(task.getClass().getName(), "timer", Failure.THREW, t);
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
