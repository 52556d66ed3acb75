package io.maxmq.core.intercept;

import io.maxmq.codec.ReasonCode;
import io.maxmq.core.access.CallerLoop;
import io.maxmq.core.access.PluginAnswer;
import io.maxmq.core.access.PluginCalls;
import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.intercept.Interceptor;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The interceptors of one concern, asked one after the other about one subject; each sees what the one before made of it.
 * A failure of any kind is a veto with 0x83. Made once per broker; a run is made per subject and runs on its caller's loop.
 */
final class Chain<I extends Interceptor, A, S> {
    /** Asks one interceptor; may throw, and may answer null. */
    interface Ask<I, A, S> {
        @Nullable
        Step<S> ask(I interceptor, A about, S subject);
    }

    private final List<I> interceptors;
    private final String operation;
    private final PluginCalls calls;
    private final long deadlineNanos;
    private final Ask<I, A, S> ask;

    Chain(List<I> interceptors, String operation, PluginCalls calls, long deadlineNanos, Ask<I, A, S> ask) {
        this.interceptors = interceptors;
        this.operation = operation;
        this.calls = calls;
        this.deadlineNanos = deadlineNanos;
        this.ask = ask;
    }

    List<I> interceptors() {
        return interceptors;
    }

    boolean isEmpty() {
        return interceptors.isEmpty();
    }

    /**
     * Asks all.
     *
     * @param about who the subject comes from or goes to
     * @param later told once, on the loop, when one takes its time
     * @return what they have made of it; null when {@code later} will be told
     */
    @Nullable
    Outcome<S> run(A about, S subject, CallerLoop loop, Consumer<Outcome<S>> later) { // hot: per message
        return run(0, about, subject, loop, later);
    }

    private @Nullable Outcome<S> run(int first, A about, S subject, CallerLoop loop, Consumer<Outcome<S>> later) {
        S current = subject;
        for (int i = first; i < interceptors.size(); i++) {
            I interceptor = interceptors.get(i);
            Step<S> step;
            try {
                step = ask.ask(interceptor, about, current);
            } catch (Throwable t) { // the embedder's code
                return reported(interceptor, Failure.THREW, t);
            }
            if (step instanceof Step.Next<S> next) {
                current = next.subject();
            } else if (step instanceof Step.End<S> end) {
                return end.outcome();
            } else if (step instanceof Step.Later<S> pending) {
                new Waiting(i, about, loop, later).await(interceptor, pending);
                return null;
            } else if (!(step instanceof Step.Same<S>)) {
                return reported(interceptor, Failure.NULL, null);
            }
        }
        return new Outcome.Passed<>(current);
    }

    private Outcome<S> reported(I interceptor, Failure failure, @Nullable Throwable cause) {
        calls.failures().report(interceptor.name(), operation, failure, cause);
        return veto();
    }

    /** A run that waits for one interceptor, and goes on behind it. */
    private final class Waiting implements PluginAnswer<Step<S>> {
        private final int index;
        private final A about;
        private final CallerLoop loop;
        private final Consumer<Outcome<S>> answer;

        Waiting(int index, A about, CallerLoop loop, Consumer<Outcome<S>> answer) {
            this.index = index;
            this.about = about;
            this.loop = loop;
            this.answer = answer;
        }

        void await(I interceptor, Step.Later<S> pending) {
            calls.ask(interceptor.name(), operation, false, pending::step, loop, deadlineNanos, this);
        }

        @Override
        public void answered(Step<S> step) {
            Outcome<S> outcome;
            if (step instanceof Step.Next<S> next) {
                outcome = run(index + 1, about, next.subject(), loop, answer);
            } else if (step instanceof Step.End<S> end) {
                outcome = end.outcome();
            } else {
                outcome = reported(interceptors.get(index), Failure.INVALID_ANSWER, null);
            }
            if (outcome != null) {
                answer.accept(outcome);
            }
        }

        @Override
        public void failed(Failure why) {
            // Reported already.
            answer.accept(veto());
        }
    }

    private static <S> Outcome<S> veto() {
        return new Outcome.Rejected<>(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, null);
    }
}
