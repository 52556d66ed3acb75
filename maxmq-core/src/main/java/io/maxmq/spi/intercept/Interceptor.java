package io.maxmq.spi.intercept;

import io.maxmq.spi.PluginName;
import io.maxmq.spi.Stable;

/**
 * What all interceptors have in common. A class implements those of the permitted interfaces that it wants; the broker
 * sorts it into one list per concern at start, and a list that stays empty costs nothing.
 *
 * <p><b>Thread:</b> the event loop of the client's session, one call at a time per client, concurrently for different
 * clients; must not block. <b>Order:</b> higher {@link #priority()} first, then as registered. Each sees what the one
 * before it made of the packet; a veto ends the list. <b>Asynchronous:</b> answers named {@code later} hold the client's
 * later packets, bounded, so that its order stays; the stage may complete on any thread.
 *
 * <p><b>Deadline:</b> the broker's plug-in deadline for each interceptor's answer. <b>Failure:</b> a throw, null, an
 * exceptional completion and no answer in time count as a veto with 0x83 (Implementation specific error), are counted,
 * and are reported as {@code PluginFailed} with this interceptor's name. The event loop survives.
 *
 * @since 0.1.0
 */
@Stable
public sealed interface Interceptor
        permits ConnectInterceptor,
                PublishInterceptor,
                SubscribeInterceptor,
                UnsubscribeInterceptor,
                DeliveryInterceptor,
                AnswerInterceptor,
                DeliveryObserver,
                PacketInterceptor,
                RecipientInterceptor,
                SharedMemberInterceptor {

    /** What logs, metrics and events call it. */
    default String name() {
        return PluginName.of(this, Interceptor.class);
    }

    /** Higher comes first. Read once, at start. */
    default int priority() {
        return 0;
    }
}
