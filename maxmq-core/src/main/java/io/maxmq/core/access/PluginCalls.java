package io.maxmq.core.access;

import io.maxmq.core.observe.PluginFailures;
import io.maxmq.core.observe.WorkerPool;
import io.maxmq.spi.Registration;
import io.maxmq.spi.event.BrokerEvent.Failure;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The border to the embedder's code: whatever it does, throw, give null, complete exceptionally, late, twice or never,
 * the one who asked gets exactly one answer, on its own loop, and the failure is reported with the plug-in's name. Serves
 * authenticators, authorizers and interceptors. Thread-safe.
 */
public final class PluginCalls {

    private final WorkerPool workers;
    private final PluginFailures failures;

    /** Blocking plug-ins run on {@code workers}. */
    public PluginCalls(WorkerPool workers, PluginFailures failures) {
        this.workers = workers;
        this.failures = failures;
    }

    /** Where failures are reported. */
    public PluginFailures failures() {
        return failures;
    }

    /**
     * Asks a plug-in. Called on the loop; when the plug-in answers at once, so does this, before it returns.
     *
     * @param operation what it is asked, in reports
     * @param call asks it; on the worker pool when the plug-in may block
     * @param deadlineNanos from now; 0 or less has passed already
     */
    public <T> void ask(
            NamedPlugin<?> plugin,
            String operation,
            Callable<? extends @Nullable CompletionStage<T>> call,
            long deadlineNanos,
            PluginAnswer<T> answer) {
        Pending<T> pending = new Pending<>(plugin.name(), operation, answer);
        if (deadlineNanos <= 0) {
            pending.fail(Failure.TIMEOUT, null);
        } else if (plugin.mayBlock()) {
            pending.startDeadline(deadlineNanos);
            if (!workers.tryExecute(() -> pending.follow(call))) {
                pending.fail(Failure.REJECTED, null);
            }
        } else {
            pending.follow(call);
            pending.endOfCall(deadlineNanos);
        }
    }

    /** One question. What is not final belongs to the loop, unless it says otherwise. */
    private final class Pending<T> implements BiConsumer<@Nullable T, @Nullable Throwable> {

        private final String plugin;
        private final String operation;
        private final CallerLoop loop;
        private final PluginAnswer<T> answer;
        private final Thread asking = Thread.currentThread();

        /** Whether the asking thread is still inside {@link #ask}. Written by it, and read only when on it. */
        private boolean inCall = true;

        private boolean completedInCall;
        private @Nullable T value;
        private @Nullable Throwable error;

        private boolean done;
        private Registration deadline = Registration.NONE;

        Pending(String plugin, String operation, PluginAnswer<T> answer) {
            this.plugin = plugin;
            this.operation = operation;
            this.loop = answer.loop();
            this.answer = answer;
        }

        /** Makes the call and waits for its stage without blocking. On the loop or on a worker. */
        void follow(Callable<? extends @Nullable CompletionStage<T>> call) {
            CompletionStage<T> stage;
            try {
                stage = call.call();
            } catch (Throwable e) { // the embedder's code; errors too must not reach the loop
                accept(null, e);
                return;
            }
            if (stage == null) {
                accept(null, new NullAnswer("no stage"));
                return;
            }
            if (!takeCompleted(stage)) {
                try {
                    stage.whenComplete(this);
                } catch (Throwable e) { // a stage of the embedder's own making
                    accept(null, e);
                }
            }
        }

        /** A stage that is complete with a value needs no dependent stage. */
        private boolean takeCompleted(CompletionStage<T> stage) {
            if (stage instanceof CompletableFuture<T> future && future.getClass() == CompletableFuture.class) {
                if (future.isDone() && !future.isCompletedExceptionally()) {
                    accept(future.join(), null);
                    return true;
                }
            }
            return false;
        }

        /** The plug-in's answer, on whatever thread completes the stage. */
        @Override
        public void accept(@Nullable T result, @Nullable Throwable failure) {
            if (Thread.currentThread() == asking && inCall) {
                completedInCall = true;
                value = result;
                error = failure;
                return; // delivered by endOfCall, since a throw in here would vanish in the stage
            }
            try {
                loop.execute(() -> deliver(result, failure));
            } catch (RejectedExecutionException e) {
                // the loop has ended, and with it whoever asked
            }
        }

        /** The asking thread comes out of the call: with the answer, or to wait for it. */
        void endOfCall(long deadlineNanos) {
            inCall = false;
            if (completedInCall) {
                deliver(value, error);
            } else {
                startDeadline(deadlineNanos);
            }
        }

        void startDeadline(long deadlineNanos) {
            inCall = false;
            deadline = loop.after(deadlineNanos, () -> fail(Failure.TIMEOUT, null));
        }

        /** On the loop. The first of answer, failure and deadline wins; the others find it done. */
        private void deliver(@Nullable T result, @Nullable Throwable failure) {
            if (failure instanceof NullAnswer) {
                fail(Failure.NULL, failure);
            } else if (failure != null) {
                fail(Failure.THREW, unwrap(failure));
            } else if (result == null) {
                fail(Failure.NULL, new NullAnswer("no value"));
            } else if (!done) {
                done = true;
                deadline.close();
                answer.answered(result);
            }
        }

        void fail(Failure failure, @Nullable Throwable cause) {
            if (done) {
                return;
            }
            done = true;
            deadline.close();
            failures.report(plugin, operation, failure, cause);
            answer.failed(failure);
        }
    }

    private static Throwable unwrap(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }

    /** Stands for a null where an answer should be. Without a stack trace, since it is not thrown. */
    private static final class NullAnswer extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NullAnswer(String what) {
            super("the plug-in gave " + what, null, false, false);
        }
    }
}
