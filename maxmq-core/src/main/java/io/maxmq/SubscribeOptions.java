package io.maxmq;

import io.maxmq.codec.QoS;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;

/**
 * How an application subscribes. Immutable; each method answers a changed copy.
 *
 * @since 0.1.0
 */
@Stable
public final class SubscribeOptions {
    private static final int DEFAULT_QUEUE = 10_000;
    private static final SubscribeOptions DEFAULTS =
            new SubscribeOptions(Tenant.DEFAULT, QoS.EXACTLY_ONCE, DEFAULT_QUEUE, false, true);

    private final Tenant tenant;
    private final QoS maximumQos;
    private final int queue;
    private final boolean inline;
    private final boolean retained;

    private SubscribeOptions(Tenant tenant, QoS maximumQos, int queue, boolean inline, boolean retained) {
        this.tenant = tenant;
        this.maximumQos = maximumQos;
        this.queue = queue;
        this.inline = inline;
        this.retained = retained;
    }

    /** The default tenant, any QoS, a queue of 10,000 messages, on a worker thread, with retained messages. */
    public static SubscribeOptions defaults() {
        return DEFAULTS;
    }

    /** Subscribes in another tenant. */
    public SubscribeOptions tenant(Tenant in) {
        return new SubscribeOptions(in, maximumQos, queue, inline, retained);
    }

    /** Messages come with at most this QoS. */
    public SubscribeOptions maximumQos(QoS qos) {
        return new SubscribeOptions(tenant, qos, queue, inline, retained);
    }

    /** How many messages may wait for the handler before further ones are dropped; 1 or more. */
    public SubscribeOptions queue(int messages) {
        if (messages < 1) {
            throw new IllegalArgumentException("queue must be 1 or more: messages=" + messages);
        }
        return new SubscribeOptions(tenant, maximumQos, messages, inline, retained);
    }

    /**
     * Runs the handler on the event loop, without a queue. It delays every client of that loop for as long as it takes and
     * must never block.
     */
    public SubscribeOptions inline() {
        return new SubscribeOptions(tenant, maximumQos, queue, true, retained);
    }

    /** Leaves out the messages that are retained already. */
    public SubscribeOptions withoutRetained() {
        return new SubscribeOptions(tenant, maximumQos, queue, inline, false);
    }

    Tenant tenant() {
        return tenant;
    }

    QoS maximumQos() {
        return maximumQos;
    }

    int queue() {
        return queue;
    }

    boolean isInline() {
        return inline;
    }

    boolean wantsRetained() {
        return retained;
    }
}
