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
 * Guarded calls of the embedder's code. Whether a plug-in throws, returns null, or completes exceptionally, late, twice
 * or never: the caller gets exactly one answer, on its own loop, and a failure is reported with the plug-in's name.
 * Serves authenticators, authorizers and interceptors. Thread-safe.
 */
public final class PluginCalls {

    private final WorkerPool workers;
    private final PluginFailures failures;

    /** Creates an instance that runs blocking plug-ins on {@code workers}. */
    public PluginCalls(WorkerPool workers, PluginFailures failures) {
        this.workers = workers;
        this.failures = failures;
    }

    /** Receives the failures. */
    public PluginFailures failures() {
        return failures;
    }

    /**
     * Calls a plug-in. Called on the loop. If the plug-in answers synchronously, the answer is delivered before this
     * method returns.
     *
     * @param operation name of the operation, for reports
     * @param call calls the plug-in; on the worker pool if the plug-in may block
     * @param deadlineNanos time from now; 0 or less if the deadline has already passed
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

    /** One question. Fields that are not final belong to the loop, unless stated otherwise. */
    private final class Pending<T> implements BiConsumer<@Nullable T, @Nullable Throwable> {

        private final String plugin;
        private final String operation;
        private final CallerLoop loop;
        private final PluginAnswer<T> answer;
        private final Thread asking = Thread.currentThread();

        /** True while the asking thread is inside {@link #ask}. Written by that thread, and read only on it. */
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

        /** Makes the call and follows its stage without blocking. On the loop or on a worker. */
        void follow(Callable<? extends @Nullable CompletionStage<T>> call) {
            CompletionStage<T> stage;
            try {
                stage = call.call();
            } catch (Throwable e) { // code of the embedder; errors must not reach the loop either
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
                } catch (Throwable e) { // a custom stage of the embedder
                    accept(null, e);
                }
            }
        }

        /** Takes the value of a completed stage without creating a dependent stage. */
        private boolean takeCompleted(CompletionStage<T> stage) {
            if (stage instanceof CompletableFuture<T> future && future.getClass() == CompletableFuture.class) {
                if (future.isDone() && !future.isCompletedExceptionally()) {
                    accept(future.join(), null);
                    return true;
                }
            }
            return false;
        }

        /** Takes the plug-in's answer, on the thread that completes the stage. */
        @Override
        public void accept(@Nullable T result, @Nullable Throwable failure) {
            if (Thread.currentThread() == asking && inCall) {
                completedInCall = true;
                value = result;
                error = failure;
                return; // delivered by endOfCall: an exception thrown here would be lost in the stage
            }
            try {
                loop.execute(() -> deliver(result, failure));
            } catch (RejectedExecutionException e) {
                // the loop has ended; no caller is left
            }
        }

        /** Called when the asking thread leaves the call: delivers the answer, or starts to wait for it. */
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

        /** Delivers the first of answer, failure and deadline; ignores the others. On the loop. */
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

    /** Represents a null answer. Has no stack trace, because it is not thrown. */
    private static final class NullAnswer extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NullAnswer(String what) {
            super("the plug-in returned " + what, null, false, false);
        }
    }
}
