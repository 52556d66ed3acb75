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

    boolean isEmpty() {
        return interceptors.isEmpty();
    }

    /**
     * Asks all.
     *
     * @param about who the subject comes from or goes to
     * @param answer called once on the loop, before this returns when no interceptor takes its time
     */
    void run(A about, S subject, CallerLoop loop, Consumer<Outcome<S>> answer) {
        new Run(about, loop, answer).from(0, subject);
    }

    private final class Run {
        private final A about;
        private final CallerLoop loop;
        private final Consumer<Outcome<S>> answer;

        Run(A about, CallerLoop loop, Consumer<Outcome<S>> answer) {
            this.about = about;
            this.loop = loop;
            this.answer = answer;
        }

        void from(int first, S subject) {
            S current = subject;
            for (int i = first; i < interceptors.size(); i++) {
                I interceptor = interceptors.get(i);
                Step<S> step;
                try {
                    step = ask.ask(interceptor, about, current);
                } catch (Throwable t) { // the embedder's code
                    fail(interceptor, Failure.THREW, t);
                    return;
                }
                if (step instanceof Step.Next<S> next) {
                    current = next.subject();
                } else if (step instanceof Step.End<S> end) {
                    answer.accept(end.outcome());
                    return;
                } else if (step instanceof Step.Later<S> later) {
                    awaitStep(i, interceptor, later);
                    return;
                } else {
                    fail(interceptor, Failure.NULL, null);
                    return;
                }
            }
            answer.accept(new Outcome.Passed<>(current));
        }

        private void awaitStep(int index, I interceptor, Step.Later<S> later) {
            calls.ask(
                    interceptor.name(),
                    operation,
                    false,
                    later::step,
                    loop,
                    deadlineNanos,
                    new PluginAnswer<Step<S>>() {
                        @Override
                        public void answered(Step<S> step) {
                            if (step instanceof Step.Next<S> next) {
                                from(index + 1, next.subject());
                            } else if (step instanceof Step.End<S> end) {
                                answer.accept(end.outcome());
                            } else {
                                fail(interceptor, Failure.INVALID_ANSWER, null);
                            }
                        }

                        @Override
                        public void failed(Failure why) {
                            // Reported already.
                            answer.accept(veto());
                        }
                    });
        }

        private void fail(I interceptor, Failure failure, @Nullable Throwable cause) {
            calls.failures().report(interceptor.name(), operation, failure, cause);
            answer.accept(veto());
        }
    }

    private static <S> Outcome<S> veto() {
        return new Outcome.Rejected<>(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, null);
    }
}
