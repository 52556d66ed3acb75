package io.maxmq.core.intercept;

import io.maxmq.core.access.CallerLoop;
import io.maxmq.core.access.NamedPlugin;
import io.maxmq.core.access.PluginAnswer;
import io.maxmq.core.access.PluginCalls;
import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.Interceptor;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The interceptors of one hook, asked one after the other about one subject; each sees the changes of those before it. The first that
 * drops or refuses ends the chain. A failure of any kind counts as {@link Hook#onFailure}.
 *
 * <p>The decision of a chain is one of these: {@link Decision.Proceed} without changes, {@link Decision.Change} with the
 * last value, {@link Decision.Drop} or {@link Decision.Refuse}. A chain allocates nothing by itself, unless an
 * interceptor takes its time. Immutable, one per broker; a run belongs to its caller's loop.
 *
 * @param <A> the sender or the recipient of the subject
 * @param <S> the subject
 */
abstract class Chain<I extends Interceptor, A, S> {
    private final Hook hook;
    private final List<I> interceptors;
    private final PluginCalls calls;
    private final long deadlineNanos;

    /**
     * Creates a chain whose interceptors may take their time.
     *
     * @param interceptors one or more, in the order in which to ask them
     * @param deadlineNanos for the answer of each
     */
    Chain(Hook hook, List<I> interceptors, PluginCalls calls, long deadlineNanos) {
        this.hook = hook;
        this.interceptors = interceptors;
        this.calls = calls;
        this.deadlineNanos = deadlineNanos;
    }

    /** Creates a chain whose interceptors decide at once. */
    Chain(Hook hook, List<I> interceptors, PluginCalls calls) {
        this(hook, interceptors, calls, 0);
    }

    /** Calls one interceptor; may throw or return null. */
    abstract @Nullable Decision<S> ask(I interceptor, A about, S subject);

    /** Returns the subject in a form that stays valid after the call, for an interceptor that takes its time. */
    S lasting(S subject) {
        return subject;
    }

    List<I> interceptors() {
        return interceptors;
    }

    /** Asks all interceptors of a hook that decides at once. */
    final Decision<S> run(A about, S subject) { // hot: per message
        return goOn(0, about, subject, Decision.proceed(), null, null);
    }

    /**
     * Asks all interceptors.
     *
     * @param later called once, on the loop, when an interceptor takes its time
     * @return the decision; {@link Decision.Later} when {@code later} gets it
     */
    final Decision<S> run(A about, S subject, CallerLoop loop, Consumer<Decision<S>> later) { // hot: per message
        return goOn(0, about, subject, Decision.proceed(), loop, later);
    }

    /** Reports a change that MQTT cannot send; any of the interceptors may have made it. */
    final void reportInvalid(RuntimeException problem) {
        report(interceptors.get(0), hook.method(), Failure.INVALID_ANSWER, problem);
    }

    final void report(I interceptor, String operation, Failure failure, @Nullable Throwable cause) {
        calls.failures().report(interceptor.name(), operation, failure, cause);
    }

    /** @param before the decision of the interceptors before {@code first} */
    private Decision<S> goOn(
            int first,
            A about,
            S given,
            Decision<S> before,
            @Nullable CallerLoop loop,
            @Nullable Consumer<Decision<S>> later) { // hot: per message
        S subject = given;
        Decision<S> decision = before;
        for (int i = first; i < interceptors.size(); i++) {
            I interceptor = interceptors.get(i);
            Decision<S> answer = answerOf(interceptor, about, subject);
            if (answer instanceof Decision.Change<S> change) {
                decision = change.value() == subject ? decision : change;
                subject = change.value();
            } else if (answer instanceof Decision.Later<S> pending && loop != null && later != null) {
                new Waiting<>(this, i, about, lasting(subject), decision, loop, later).await(pending);
                return answer;
            } else if (!(answer instanceof Decision.Proceed)) {
                return ended(interceptor, answer);
            }
        }
        return decision;
    }

    private Decision<S> answerOf(I interceptor, A about, S subject) { // hot: per message
        try {
            Decision<S> answer = ask(interceptor, about, subject);
            return answer == null ? failed(interceptor, Failure.NULL, null) : answer;
        } catch (Throwable t) { // the embedder's code
            return failed(interceptor, Failure.THREW, t);
        }
    }

    private Decision<S> ended(I interceptor, Decision<S> by) {
        return hook.allows(by)
                ? by
                : failed(
                        interceptor,
                        Failure.INVALID_ANSWER,
                        new IllegalArgumentException(hook.method() + " does not allow " + by));
    }

    private Decision<S> failed(I interceptor, Failure failure, @Nullable Throwable cause) {
        report(interceptor, hook.method(), failure, cause);
        return hook.onFailure();
    }

    /** A run that waits for one interceptor and goes on with the next. */
    private record Waiting<I extends Interceptor, A, S>(
            Chain<I, A, S> chain,
            int index,
            A about,
            S subject,
            Decision<S> before,
            CallerLoop loop,
            Consumer<Decision<S>> caller)
            implements PluginAnswer<Decision<S>> {

        @SuppressWarnings("unchecked") // it is only read
        void await(Decision.Later<S> pending) {
            I interceptor = chain.interceptors.get(index);
            NamedPlugin<I> asked = new NamedPlugin<>(interceptor, interceptor.name(), false);
            Callable<CompletionStage<Decision<S>>> call = () -> (CompletionStage<Decision<S>>) pending.decision();
            chain.calls.ask(asked, chain.hook.method(), call, chain.deadlineNanos, this);
        }

        @Override
        public void answered(Decision<S> answer) {
            Decision<S> decision;
            if (answer instanceof Decision.Proceed) {
                decision = chain.goOn(index + 1, about, subject, before, loop, caller);
            } else if (answer instanceof Decision.Change<S> change) {
                decision = chain.goOn(index + 1, about, change.value(), change, loop, caller);
            } else {
                decision = chain.ended(chain.interceptors.get(index), answer);
            }
            if (!(decision instanceof Decision.Later)) {
                caller.accept(decision);
            }
        }

        @Override
        public void failed(Failure why) { // reported already
            caller.accept(chain.hook.onFailure());
        }
    }
}
