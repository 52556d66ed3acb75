package io.maxmq.core.engine;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Pending queries to event loops. Each gets an answer when the broker closes, although an ending loop drops its tasks;
 * the number of queries of the application is bounded. Thread-safe.
 */
public final class PendingQueries {
    private static final int MAX_UNDER_WAY = 1024;

    private final Set<CompletableFuture<?>> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger underWay = new AtomicInteger();

    /** Written before {@link #open} is looked through, read after something is put there. */
    private volatile boolean closed;

    /**
     * Asks a question, when not too many are under way.
     *
     * @param question sees to it that what it is given completes, on whichever thread; what it throws is the answer
     * @throws IllegalStateException when the broker is closed
     */
    public <T> CompletionStage<T> ask(Consumer<CompletableFuture<T>> question) {
        requireOpen();
        if (underWay.incrementAndGet() > MAX_UNDER_WAY) {
            underWay.decrementAndGet();
            return CompletableFuture.failedFuture(
                    new RejectedExecutionException(MAX_UNDER_WAY + " questions are under way already"));
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        answer.whenComplete((value, failure) -> underWay.decrementAndGet());
        return ask(question, answer);
    }

    /** The same however many are under way: for what takes no more room than what the application has for it anyway. */
    public <T> CompletionStage<T> askAnyway(Consumer<CompletableFuture<T>> question) {
        requireOpen();
        return ask(question, new CompletableFuture<>());
    }

    private <T> CompletionStage<T> ask(Consumer<CompletableFuture<T>> question, CompletableFuture<T> answer) {
        open.add(answer);
        answer.whenComplete((value, failure) -> open.remove(answer));
        if (closed) {
            answer.completeExceptionally(brokerClosed());
            return answer;
        }
        try {
            question.accept(answer);
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    /** @throws IllegalStateException when the broker is closed */
    void requireOpen() {
        if (closed) {
            throw brokerClosed();
        }
    }

    private static IllegalStateException brokerClosed() {
        return new IllegalStateException("the broker is closed");
    }

    /** Fails pending queries: the broker is closed. */
    public void close() {
        closed = true;
        for (CompletableFuture<?> each : open) {
            each.completeExceptionally(brokerClosed());
        }
    }
}
