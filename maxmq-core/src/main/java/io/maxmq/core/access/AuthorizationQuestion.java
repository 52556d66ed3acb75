package io.maxmq.core.access;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.event.BrokerEvent.Failure;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The authorization of an action by the chain of authorizers. Runs on the client's loop. Not thread-safe. */
final class AuthorizationQuestion extends ChainQuestion<Authorizer, Authorization> {

    /** The denial after a failure of an authorizer. Distinguished from decisions by identity. */
    static final Authorization FAILED = new Authorization.Denied(ReasonCode.NOT_AUTHORIZED, false);

    private final AccessEvents events;
    private final ClientInfo client;
    private final Action action;
    private final boolean allowedUnlessDenied;
    private final Consumer<Authorization> answer;

    AuthorizationQuestion(
            Access access, ClientInfo client, Action action, CallerLoop loop, Consumer<Authorization> answer) {
        super(access, asked(access, action), "authorize", loop);
        this.events = access.events();
        this.client = client;
        this.action = action;
        // Authorizers that do not authorize deliveries have already decided about the subscription.
        this.allowedUnlessDenied = action instanceof Action.Receive
                && access.receiveAuthorizers().size() < access.authorizers().size();
        this.answer = answer;
    }

    private static List<NamedPlugin<Authorizer>> asked(Access access, Action action) {
        if (action instanceof Action.Receive) {
            return access.receiveAuthorizers();
        }
        return action instanceof Action.Connect ? access.connectAuthorizers() : access.authorizers();
    }

    @Override
    @Nullable
    CompletionStage<Authorization> call(Authorizer authorizer) {
        return authorizer.authorize(client, action);
    }

    @Override
    boolean decide(Authorization result) {
        if (result instanceof Authorization.Next) {
            return false;
        }
        tell(result instanceof Authorization.Denied denied ? sendable(denied) : result, asked());
        return true;
    }

    @Override
    void undecided() {
        tell(allowedUnlessDenied ? Authorization.allowed() : Authorization.denied(), "");
    }

    @Override
    public void failed(Failure failure) {
        tell(FAILED, "");
    }

    private void tell(Authorization decision, String by) {
        events.authorized(loop(), client, action, decision, by);
        answer.accept(decision);
    }

    /** Returns the denial with a reason code that is valid in the answering packet. */
    private Authorization.Denied sendable(Authorization.Denied denied) {
        PacketType answering = action instanceof Action.Publish
                ? PacketType.PUBACK
                : action instanceof Action.Subscribe ? PacketType.SUBACK : PacketType.CONNACK;
        return denied.reasonCode().allowedIn(answering)
                ? denied
                : new Authorization.Denied(ReasonCode.NOT_AUTHORIZED, denied.cacheable());
    }
}
