package io.maxmq.rules.run;

import io.maxmq.spi.extension.BrokerContext;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls a sink, which may be code of the application: every call gets exactly one answer. On the calling thread, or on
 * the broker's worker pool when the sink may block. Thread-safe.
 */
final class SinkCalls {
    /** The answer of a call: a result or a failure. */
    interface Answer<T> {
        void accept(@Nullable T result, @Nullable Throwable failure);
    }

    private final boolean blocking;

    /** Continues after an answer that came later than the call. */
    private final Runnable later;

    SinkCalls(boolean blocking, Runnable later) {
        this.blocking = blocking;
        this.later = later;
    }

    /** Calls. The caller continues by itself; after an answer that comes later, {@code later} runs as well. */
    <T> void call(@Nullable BrokerContext broker, Supplier<CompletionStage<T>> call, Answer<T> answer) {
        if (!blocking) {
            boolean unused = asked(call, answer);
            return;
        }
        try {
            if (broker != null) {
                broker.workers().execute(() -> {
                    if (asked(call, answer)) {
                        later.run();
                    }
                });
            }
        } catch (RejectedExecutionException e) {
            answer.accept(null, e);
        }
    }

    /** Calls on this thread; true when the answer came at once. */
    private <T> boolean asked(Supplier<CompletionStage<T>> call, Answer<T> answer) {
        CompletionStage<T> stage;
        try {
            stage = call.get();
        } catch (Throwable t) { // the embedder's code
            answer.accept(null, t);
            return true;
        }
        if (stage == null) {
            answer.accept(null, new IllegalStateException("gave null"));
            return true;
        }
        // 0 undecided; 1 answered before the caller checked; 2 the caller has returned.
        AtomicInteger race = new AtomicInteger();
        var unused = stage.whenComplete((result, failure) -> {
            answer.accept(result, failure);
            if (race.getAndSet(1) == 2) {
                later.run();
            }
        });
        return race.getAndSet(2) == 1;
    }
}
