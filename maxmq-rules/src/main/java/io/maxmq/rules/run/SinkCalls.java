package io.maxmq.rules.run;

import io.maxmq.spi.BrokerContext;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls a sink at the border to the embedder's code: whatever it does, one answer comes. On the thread that asks, or on the broker's
 * worker pool when the sink may block.
 */
final class SinkCalls {
    /** What comes of a call: a result or a failure. */
    interface Answer<T> {
        void accept(@Nullable T result, @Nullable Throwable failure);
    }

    private final boolean blocking;

    /** Goes on where the one who called has gone. */
    private final Runnable later;

    SinkCalls(boolean blocking, Runnable later) {
        this.blocking = blocking;
        this.later = later;
    }

    /** Calls; true when the answer has come already, and the caller goes on by itself. */
    <T> boolean call(@Nullable BrokerContext broker, Supplier<CompletionStage<T>> call, Answer<T> answer) {
        if (!blocking) {
            return asked(call, answer);
        }
        try {
            if (broker != null) {
                broker.workers().execute(() -> {
                    if (asked(call, answer)) {
                        later.run();
                    }
                });
            }
            return false;
        } catch (RejectedExecutionException e) {
            answer.accept(null, e);
            return true;
        }
    }

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
        // 0 while nobody knows; 1 answered before the caller looked; 2 the caller has gone.
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
