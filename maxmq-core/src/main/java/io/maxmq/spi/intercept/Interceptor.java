package io.maxmq.spi.intercept;

import io.maxmq.spi.PluginName;
import io.maxmq.spi.Stable;

/**
 * Common contract of all interceptors. A class implements those of the permitted interfaces that it needs. At the start the broker
 * sorts the interceptors into one chain per hook; a hook without interceptors costs a null check.
 *
 * <p><b>Thread:</b> the event loop of the client's session, one call at a time per client, concurrently for different clients. A call
 * must not block. <b>Order:</b> higher {@link #priority()} first, then as registered. Each interceptor sees the changes of those before
 * it; the first that drops or refuses ends the chain. <b>Asynchronous:</b> {@link Decision.Later} holds the client's later packets,
 * within bounds, so that their order stays; the stage may complete on any thread.
 *
 * <p><b>Deadline:</b> the broker's plug-in deadline, for each interceptor's answer. <b>Failure:</b> an exception, null, a decision that
 * the hook does not allow, a stage that completes exceptionally and a missed deadline count as a refusal with 0x83 (Implementation
 * specific error), are counted, and are reported as {@code PluginFailed} with this interceptor's name. The event loop goes on.
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

    /** Name in logs, metrics and events. */
    default String name() {
        return PluginName.of(this, Interceptor.class);
    }

    /** Position in the chains: higher comes first. Read once, at the start. */
    default int priority() {
        return 0;
    }
}
