package io.maxmq.core.access;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.event.BrokerEvent.Failure;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The authentication of a client by the chain of authenticators. Runs on the client's loop. Not thread-safe. */
final class AuthenticationQuestion extends ChainQuestion<Authenticator, AuthenticationResult> {

    private final AccessEvents events;
    private final boolean allowAnonymous;
    private final AuthenticationRequest request;
    private final Consumer<AuthenticationResult> answer;

    AuthenticationQuestion(
            Access access, AuthenticationRequest request, CallerLoop loop, Consumer<AuthenticationResult> answer) {
        super(access, access.authenticators(), "authenticate", loop);
        this.events = access.events();
        this.allowAnonymous = access.allowAnonymous();
        this.request = request;
        this.answer = answer;
    }

    @Override
    @Nullable
    CompletionStage<AuthenticationResult> call(Authenticator authenticator) {
        return authenticator.authenticate(request);
    }

    @Override
    boolean decide(AuthenticationResult result) {
        if (result instanceof AuthenticationResult.Next) {
            return false;
        }
        tell(result, true);
        return true;
    }

    @Override
    void undecided() {
        boolean anonymous =
                request.client().username().isEmpty() && request.password().isEmpty();
        tell(
                anonymous && allowAnonymous
                        ? Access.anonymous(request.client())
                        : AuthenticationResult.denied(ReasonCode.NOT_AUTHORIZED, null),
                false);
    }

    @Override
    public void failed(Failure failure) {
        ReasonCode reasonCode = failure == Failure.REJECTED ? ReasonCode.SERVER_BUSY : ReasonCode.SERVER_UNAVAILABLE;
        tell(AuthenticationResult.denied(reasonCode, null), false);
    }

    private void tell(AuthenticationResult result, boolean asked) {
        events.authenticated(loop(), request.client(), result, asked);
        answer.accept(result);
    }
}
