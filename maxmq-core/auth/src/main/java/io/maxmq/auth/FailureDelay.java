package io.maxmq.auth;

import io.maxmq.spi.extension.BrokerContext;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the attempts of an address that has failed too often wait ({@link FailedAttempts}). Thread-safe.
 *
 * @param <R> what becomes of an attempt
 */
final class FailureDelay<R> {
    private static final int MAX_ADDRESSES = 10_000;

    private final BrokerContext context;
    private final @Nullable FailedAttempts failures;
    private final Predicate<R> failed;
    private final R refused;
    private final AtomicInteger delayed = new AtomicInteger();

    /**
     * Has seen nobody.
     *
     * @param delays whether to delay at all
     * @param failed whether this was a wrong guess
     * @param refused what one is told who would have to wait too long
     */
    FailureDelay(BrokerContext context, boolean delays, Predicate<R> failed, R refused) {
        this.context = context;
        this.failures = delays ? new FailedAttempts(MAX_ADDRESSES) : null;
        this.failed = failed;
        this.refused = refused;
    }

    /** Makes the attempt, now or, on a worker, a while later. */
    CompletionStage<R> attempt(SocketAddress remote, Supplier<CompletionStage<R>> attempt) {
        return attempt(remote, mayGoOn -> attempt.get());
    }

    /**
     * The same for an attempt that may have to wait by itself, behind others of its address.
     *
     * @param attempt given what tells, when its turn comes, that it may be made: false when those in front of it were guesses
     */
    CompletionStage<R> attempt(SocketAddress remote, Function<BooleanSupplier, CompletionStage<R>> attempt) {
        FailedAttempts counted = failures;
        Object address = counted == null ? null : FailedAttempts.keyOf(remote);
        if (counted == null || address == null) {
            return attempt.apply(() -> true);
        }
        long delay = counted.attempt(address, context.clock().nanoTime());
        if (delay == FailedAttempts.REFUSED) {
            return CompletableFuture.completedFuture(refused);
        }
        if (delay == 0) {
            BooleanSupplier mayGoOn =
                    () -> counted.isFree(address, context.clock().nanoTime());
            return settled(counted, address, delay, attempt.apply(mayGoOn));
        }
        CompletableFuture<R> answer = new CompletableFuture<>();
        delayed.incrementAndGet();
        context.timers().after(Duration.ofNanos(delay), () -> {
            delayed.decrementAndGet();
            try {
                var unused = settled(counted, address, delay, attempt.apply(() -> true))
                        .whenComplete((result, failure) -> {
                            if (failure == null) {
                                answer.complete(result);
                            } else {
                                answer.completeExceptionally(failure);
                            }
                        });
            } catch (Throwable t) {
                answer.completeExceptionally(t);
            }
        });
        return answer;
    }

    private CompletionStage<R> settled(FailedAttempts counted, Object address, long delay, CompletionStage<R> attempt) {
        return attempt.whenComplete((result, failure) -> {
            if (failure == null && failed.test(result)) {
                counted.failed(address, delay, context.clock().nanoTime());
            } else {
                counted.succeeded(address, delay);
            }
        });
    }

    /** How many wait. */
    int delayed() {
        return delayed.get();
    }
}
