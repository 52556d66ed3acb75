package io.maxmq.core.inprocess;

import io.maxmq.codec.QoS;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.PluginFailures;
import io.maxmq.core.routing.InTransit;
import io.maxmq.core.routing.Subscriber;
import io.maxmq.core.routing.Subscription;
import io.maxmq.core.session.ApplicationMessages;
import io.maxmq.core.session.Session;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.PublishHook;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.event.BrokerEvent.Failure;
import java.util.Optional;

/** One hook of an extension on one loop: sees what that loop's publishers publish. Runs on the loop. */
public record HookSubscriber(Tenant tenant, Loop loop, PublishHook hook, PluginFailures failures)
        implements Subscriber {
    @Override
    public int loopIndex() {
        return loop.index();
    }

    @Override
    public boolean isOnline() {
        return true;
    }

    @Override
    public void deliver(InTransit message, Subscription subscription) {
        Optional<ClientInfo> publisher = message.publisher() instanceof Session session
                ? Optional.ofNullable(session.client())
                : Optional.empty();
        // Kept, so that the message has its id; a session that queues it gets the same copy.
        Message view =
                ApplicationMessages.view(message.keep(), QoS.of(message.qos()), message.retain(), loop.expiryMillis());
        try {
            hook.onPublish(new Seen(tenant, view, publisher));
        } catch (Throwable t) {
            failures.report(hook.getClass().getName(), "onPublish", Failure.THREW, t);
        }
    }

    private record Seen(Tenant tenant, Message message, Optional<ClientInfo> publisher)
            implements PublishHook.Publication {}
}
