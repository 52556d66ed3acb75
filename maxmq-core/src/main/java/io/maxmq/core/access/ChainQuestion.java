package io.maxmq.core.access;

import io.maxmq.spi.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One question on its way down a chain: asks one plug-in after the other until one decides, all within one deadline, but for plug-ins
 * with a deadline of their own, whose time does not count. A failure ends it. Runs on the loop that asks. Not thread-safe.
 */
abstract class ChainQuestion<P, R> implements PluginAnswer<R> {

    private final PluginCalls calls;
    private final Clock clock;
    private final long deadlineNanos;
    private final List<NamedPlugin<P>> chain;
    private final String operation;
    private final CallerLoop loop;
    private int next;

    /** How long plug-ins without a deadline of their own have taken so far. */
    private long spentNanos;

    private long askedAtNanos;

    /** Whether {@link #ask} is running, so that answers given at once come back to its loop, not on top of it. */
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

    /** Asks one plug-in; it may do anything in there. */
    abstract @Nullable CompletionStage<R> call(P plugin);

    /** Tells who asked if this decides; false when the next one has to be asked. */
    abstract boolean decide(R result);

    /** Nobody decided. */
    abstract void undecided();

    /** Asks the next plug-in, or those after it while they pass at once; a chain of any length needs no deeper stack. */
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

    /** Who was asked last. */
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
