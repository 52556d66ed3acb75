package io.maxmq.core.session;

import io.maxmq.core.loop.Loop;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Router;
import io.maxmq.core.routing.Routes;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.DropReason;
import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Entry point for publications and wills of the clients of one loop, at any QoS. Retains and routes each message at
 * once, or keeps it until its delay has passed. One instance serves all sessions of the loop.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class Publications {
    private final Loop loop;
    private final Router router;
    private final DroppedMessages drops;
    private final DelayedMessages delayed;

    Publications(Loop loop, Router router, DroppedMessages drops, DelayedMessages delayed) {
        this.loop = loop;
        this.router = router;
        this.drops = drops;
        this.delayed = delayed;
    }

    /**
     * Routes a message at once, or keeps it until its delay has passed. Returns false if the broker has no room for the
     * retained or delayed message.
     *
     * @param author the client whose rights the authorizers check when a delayed message is due; null for a message
     *     that is routed now, or if the author is unknown
     */
    // hot: per message
    boolean route(SessionKey publisher, Routes routes, RoutedMessage message, @Nullable ClientInfo author) {
        assert loop.inLoop();
        if (message.delaySeconds() > 0) {
            return delayed.add(publisher, routes, message, author);
        }
        if (message.retain() && !retain(publisher, routes, message)) {
            return false;
        }
        router.publish(message, routes);
        return true;
    }

    /**
     * Retains a message without routing it. Returns false, and reports the drop, if the broker has no room for the
     * message.
     */
    boolean retain(SessionKey publisher, Routes routes, RoutedMessage message) {
        assert loop.inLoop();
        byte[] publisherId = message.publisher() instanceof Session session
                ? session.clientIdBytes()
                : publisher.clientId().getBytes(UTF_8);
        if (router.retain(message, routes, publisherId) != Router.Retained.REFUSED) {
            return true;
        }
        drops.dropped(publisher, message, DropReason.RETAINED_LIMIT);
        return false;
    }
}
