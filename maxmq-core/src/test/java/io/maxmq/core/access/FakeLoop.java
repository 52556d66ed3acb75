package io.maxmq.core.access;

import io.maxmq.core.observe.FakeClock;
import io.maxmq.spi.Registration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** The thread of the test as an event loop: runs tasks of other threads and timers on request. */
public final class FakeLoop implements CallerLoop {

    private record Timer(long atNanos, Runnable task) {}

    private final FakeClock clock;
    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final List<Timer> timers = new ArrayList<>();

    public FakeLoop(FakeClock clock) {
        this.clock = clock;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public Registration after(long delayNanos, Runnable task) {
        Timer timer = new Timer(clock.nanoTime() + delayNanos, task);
        timers.add(timer);
        return () -> timers.remove(timer);
    }

    /** Runs the posted tasks. */
    public void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** Waits for a task from another thread and runs it. */
    public void awaitTask() throws InterruptedException {
        Runnable task = tasks.poll(10, TimeUnit.SECONDS);
        assertThat(task).as("a task within 10 s").isNotNull();
        task.run();
    }

    public void advance(Duration by) {
        clock.advance(by);
        for (Timer timer : List.copyOf(timers)) {
            if (clock.nanoTime() - timer.atNanos() >= 0 && timers.remove(timer)) {
                timer.task().run();
            }
        }
    }

    public int openTimers() {
        return timers.size();
    }
}
