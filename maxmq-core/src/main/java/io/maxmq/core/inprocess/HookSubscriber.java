package io.maxmq.core.inprocess;

import io.maxmq.codec.QoS;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.PluginFailures;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Subscriber;
import io.maxmq.core.session.ApplicationMessages;
import io.maxmq.core.session.Session;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.PublishHook;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.event.BrokerEvent.Failure;
import java.util.Optional;

/** One hook of an extension on one loop: sees what that loop's publishers publish. Runs on the loop. */
public record HookSubscriber(Tenant tenant, Loop loop, Hook hook, PluginFailures failures) implements Subscriber {
    /** A hook on all loops. Any thread closes it; no call begins after that, although each loop removes its subscription later. */
    public static final class Hook {
        private final PublishHook callback;
        private volatile boolean closed;

        public Hook(PublishHook callback) {
            this.callback = callback;
        }

        public void close() {
            closed = true;
        }
    }

    @Override
    public int loopIndex() {
        return loop.index();
    }

    @Override
    public boolean isOnline() {
        return true;
    }

    @Override
    public void deliver(RoutedMessage message, FilterSubscription subscription) {
        if (hook.closed) {
            return;
        }
        Optional<ClientInfo> publisher = message.publisher() instanceof Session session
                ? Optional.ofNullable(session.client())
                : Optional.empty();
        // Kept, so that the message has its id; a session that queues it gets the same copy.
        Message view =
                ApplicationMessages.view(message.keep(), QoS.of(message.qos()), message.retain(), loop.expiryMillis());
        try {
            hook.callback.onPublish(new Seen(tenant, view, publisher));
        } catch (Throwable t) {
            failures.report(hook.callback.getClass().getName(), "onPublish", Failure.THREW, t);
        }
    }

    private record Seen(Tenant tenant, Message message, Optional<ClientInfo> publisher)
            implements PublishHook.Publication {}
}
