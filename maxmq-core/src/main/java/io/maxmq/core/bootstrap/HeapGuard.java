package io.maxmq.core.bootstrap;

import io.maxmq.core.loop.HeapExhaustion;
import io.maxmq.core.observe.ThreadNames;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Hears what the tasks of event loops throw, and ends the broker when the heap is exhausted.
 *
 * <p>An {@link OutOfMemoryError} may interrupt a task between any two steps: a queue may have lost a message whose publisher is
 * about to be told that it is safe. So the broker does not go on with its state. It stops to acknowledge, says why, and closes
 * itself, which gives its heap back to the program around it. What is in storage is complete for the next start.
 *
 * <p>The thread and some heap for the end are there from the beginning. Thread-safe.
 */
final class HeapGuard implements Consumer<Throwable> {
    /** For log lines, events and the way of the end itself. */
    private static final int RESERVE_BYTES = 384 * 1024;

    /** Tells the broker's owner, and closes the broker. */
    interface End {
        void failed(Throwable cause);

        void close();
    }

    private final String broker;
    private final Logger log;
    private final Thread ending;
    private final AtomicReference<@Nullable Throwable> cause = new AtomicReference<>();

    private byte @Nullable [] reserve = new byte[RESERVE_BYTES];
    private volatile @Nullable End end;

    HeapGuard(String broker, Logger log) {
        this.broker = broker;
        this.log = log;
        boolean isLoaded =
                HeapExhaustion.isIn(new OutOfMemoryError()); // when it is needed there is no heap for a class
        assert isLoaded;
        this.ending = new Thread(this::end, ThreadNames.prefix(broker) + "-end");
    }

    /** The broker has started: from now on it ends when the heap is exhausted, also when it has been before. */
    void onExhaustion(End action) {
        end = action;
        if (cause.get() != null) {
            begin();
        }
    }

    /** Why the broker has ended itself; null when it has not. */
    @Nullable
    Throwable cause() {
        return cause.get();
    }

    @Override
    public void accept(Throwable failure) {
        if (!HeapExhaustion.isIn(failure)) {
            log.error("a task failed on an event loop; the loop goes on", failure);
            return;
        }
        cause.compareAndSet(null, failure);
        if (end != null) {
            begin();
        }
    }

    private synchronized void begin() {
        if (ending.getState() == Thread.State.NEW) {
            try {
                ending.start();
            } catch (OutOfMemoryError noThread) {
                // The next failure tries again.
            }
        }
    }

    private void end() {
        reserve = null;
        End action = end;
        Throwable why = cause.get();
        if (action == null || why == null) {
            return;
        }
        try {
            action.failed(why);
            log.error(
                    "Broker {} ran out of heap on an event loop and closes itself; give the JVM more heap (-Xmx)",
                    broker,
                    why);
        } catch (OutOfMemoryError silent) {
            // The end does not depend on being told.
        }
        action.close();
    }
}
