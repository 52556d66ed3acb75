package io.maxmq.core.access;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationStep;
import io.maxmq.spi.auth.EnhancedAuthenticationResult;
import io.maxmq.spi.auth.EnhancedAuthenticator;
import io.maxmq.spi.event.BrokerEvent.Failure;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One exchange of enhanced authentication with code of the embedder: fails closed as {@link Access} does. Runs on the
 * client's loop, except for methods marked to run with the plug-in.
 */
public final class EnhancedExchange implements AutoCloseable {
    private final PluginCalls calls;
    private final AccessEvents events;
    private final long deadlineNanos;
    private final NamedPlugin<EnhancedAuthenticator> asked;
    private final AuthenticationRequest request;
    private final boolean again;
    private final CallerLoop loop;
    private final AtomicBoolean closeCalled = new AtomicBoolean();

    /** Created with the plug-in, possibly on a worker; read on the loop. */
    private volatile EnhancedAuthenticator.@Nullable Exchange exchange;

    /** Set on the loop; read with the plug-in. */
    private volatile boolean closed;

    EnhancedExchange(
            Access access,
            NamedPlugin<EnhancedAuthenticator> asked,
            AuthenticationRequest request,
            boolean again,
            CallerLoop loop) {
        this.calls = access.calls();
        this.events = access.events();
        this.deadlineNanos = access.deadline().toNanos();
        this.asked = asked;
        this.request = request;
        this.again = again;
        this.loop = loop;
    }

    /**
     * Asks for the next step after data from the client. One step at a time.
     *
     * @param answer called once, possibly before this method returns; not called after close
     */
    public void next(AuthenticationStep step, Consumer<EnhancedAuthenticationResult> answer) {
        calls.ask(
                asked,
                again ? "reauthenticate" : "authenticate",
                () -> begun().next(step),
                deadlineNanos,
                new PluginAnswer<EnhancedAuthenticationResult>() {
                    @Override
                    public CallerLoop loop() {
                        return loop;
                    }

                    @Override
                    public void answered(EnhancedAuthenticationResult result) {
                        if (!closed) {
                            events.authenticated(loop, request.client(), result);
                            answer.accept(result);
                        }
                    }

                    @Override
                    public void failed(Failure failure) {
                        answered(EnhancedAuthenticationResult.denied(
                                failure == Failure.REJECTED ? ReasonCode.SERVER_BUSY : ReasonCode.SERVER_UNAVAILABLE,
                                null));
                    }
                });
    }

    /** Returns the exchange; creates it on first use. Runs with the plug-in. */
    private EnhancedAuthenticator.Exchange begun() {
        EnhancedAuthenticator.Exchange present = exchange;
        if (present == null) {
            present = Objects.requireNonNull(asked.plugin().begin(request, again), "begin returned null");
            exchange = present;
            if (closed && closeCalled.compareAndSet(false, true)) {
                present.close();
            }
        }
        return present;
    }

    /** Ends the exchange. Idempotent. */
    @Override
    public void close() {
        closed = true;
        EnhancedAuthenticator.Exchange present = exchange;
        if (present != null && closeCalled.compareAndSet(false, true)) {
            calls.ask(asked, "close", () -> close(present), deadlineNanos, new PluginAnswer<Boolean>() {
                @Override
                public CallerLoop loop() {
                    return loop;
                }

                @Override
                public void answered(Boolean done) {}

                @Override
                public void failed(Failure failure) {}
            });
        }
    }

    private static CompletionStage<Boolean> close(EnhancedAuthenticator.Exchange exchange) {
        exchange.close();
        return CompletableFuture.completedFuture(Boolean.TRUE);
    }
}
