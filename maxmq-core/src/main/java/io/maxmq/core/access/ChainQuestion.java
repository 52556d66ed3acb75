package io.maxmq.core.access;

import io.maxmq.spi.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A question to a chain of plug-ins: calls one after the other until one decides, all within one deadline. The time of
 * plug-ins with a deadline of their own does not count. A failure ends the question. Runs on the loop that asks. Not
 * thread-safe.
 */
abstract class ChainQuestion<P, R> implements PluginAnswer<R> {

    private final PluginCalls calls;
    private final Clock clock;
    private final long deadlineNanos;
    private final List<NamedPlugin<P>> chain;
    private final String operation;
    private final CallerLoop loop;
    private int next;

    /** Time spent so far in plug-ins without a deadline of their own. */
    private long spentNanos;

    private long askedAtNanos;

    /** True while {@link #ask} runs. A synchronous answer then only continues its loop, which avoids recursion. */
    private boolean asking;

    private boolean answeredMeanwhile;

    ChainQuestion(Access access, List<NamedPlugin<P>> chain, String operation, CallerLoop loop) {
        this.calls = access.calls();
        this.clock = access.clock();
        this.deadlineNanos = access.deadline().toNanos();
        this.chain = chain;
        this.operation = operation;
        this.loop = loop;
    }

    @Override
    public final CallerLoop loop() {
        return loop;
    }

    /** Calls one plug-in, which may execute arbitrary code. */
    abstract @Nullable CompletionStage<R> call(P plugin);

    /** Delivers the answer if it is a decision. Returns false if the next plug-in must be called. */
    abstract boolean decide(R result);

    /** Called if no plug-in decides. */
    abstract void undecided();

    /**
     * Calls the next plug-in, and those after it while they pass synchronously. The stack depth is independent of the
     * chain's length.
     */
    final void ask() {
        asking = true;
        do {
            answeredMeanwhile = false;
            if (next == chain.size()) {
                asking = false;
                undecided();
                return;
            }
            NamedPlugin<P> asked = chain.get(next++);
            askedAtNanos = clock.nanoTime();
            Duration own = asked.deadline();
            long leftNanos = own == null ? deadlineNanos - spentNanos : own.toNanos();
            calls.ask(asked, operation, () -> call(asked.plugin()), leftNanos, this);
        } while (answeredMeanwhile);
        asking = false;
    }

    /** Name of the last called plug-in. */
    final String asked() {
        return chain.get(next - 1).name();
    }

    @Override
    public final void answered(R result) {
        if (decide(result)) {
            return;
        }
        if (chain.get(next - 1).deadline() == null) {
            spentNanos += clock.nanoTime() - askedAtNanos;
        }
        if (asking) {
            answeredMeanwhile = true;
        } else {
            ask();
        }
    }
}
