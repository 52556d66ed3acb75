package io.maxmq;

import io.maxmq.codec.QoS;
import io.maxmq.codec.RetainHandling;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.inprocess.SessionSubscriptions;
import io.maxmq.core.session.InProcessNames;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import org.jspecify.annotations.Nullable;

/**
 * Options of an application's subscription. Immutable; each method returns a changed copy.
 *
 * @since 0.1.0
 */
@Stable
public final class SubscribeOptions {
    private static final int DEFAULT_QUEUE = 10_000;
    private static final int DEFAULT_WINDOW = 100;
    private static final int MAX_NAME_LENGTH = 256;
    private static final SubscribeOptions DEFAULTS = new SubscribeOptions(new Values());

    private final Values values;

    /** Mutable only until the options that hold it are created. */
    private static final class Values implements Cloneable {
        private Tenant tenant = Tenant.DEFAULT;
        private QoS maximumQos = QoS.EXACTLY_ONCE;
        private int queue = DEFAULT_QUEUE;
        private int window = DEFAULT_WINDOW;
        private boolean inline;
        private RetainHandling retainHandling = RetainHandling.SEND_AT_SUBSCRIBE;
        private @Nullable String durableName;

        @Override
        protected Values clone() {
            try {
                return (Values) super.clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private interface Change {
        void apply(Values values);
    }

    private SubscribeOptions(Values values) {
        this.values = values;
    }

    private SubscribeOptions with(Change change) {
        Values changed = values.clone();
        change.apply(changed);
        return new SubscribeOptions(changed);
    }

    /**
     * Returns the defaults: the default tenant, any QoS, a queue of 10,000 messages, on a worker thread, with retained
     * messages, not durable.
     */
    public static SubscribeOptions defaults() {
        return DEFAULTS;
    }

    /** Subscribes in another tenant. */
    public SubscribeOptions tenant(Tenant in) {
        return with(to -> to.tenant = in);
    }

    /** Limits the QoS of delivered messages. */
    public SubscribeOptions maximumQos(QoS qos) {
        return with(to -> to.maximumQos = qos);
    }

    /** Sets the maximum number of messages that wait for the handler, 1 or more; further ones are dropped. */
    public SubscribeOptions queue(int messages) {
        if (messages < 1) {
            throw new IllegalArgumentException("queue must be 1 or more: messages=" + messages);
        }
        return with(to -> to.queue = messages);
    }

    /**
     * Sets the maximum number of unacknowledged QoS 1 and 2 messages of a handler that acknowledges, a stream or a
     * durable subscription; 1..65535, default 100. The session's own limit applies as well.
     */
    public SubscribeOptions window(int messages) {
        if (messages < 1 || messages > 65_535) {
            throw new IllegalArgumentException("window must be 1..65535: messages=" + messages);
        }
        return with(to -> to.window = messages);
    }

    /**
     * Runs the handler on the event loop, without a queue. It delays every client of that loop for as long as it takes and
     * must never block.
     */
    public SubscribeOptions inline() {
        return with(to -> to.inline = true);
    }

    /** Delivers no messages that were retained before the subscription. */
    public SubscribeOptions withoutRetained() {
        return retainHandling(RetainHandling.DO_NOT_SEND);
    }

    /**
     * Selects whether retained messages are delivered at the subscription (MQTT 5.0 §3.8.3.1). Only a durable
     * subscription can already exist; every other subscription is new.
     */
    public SubscribeOptions retainHandling(RetainHandling handling) {
        return with(to -> to.retainHandling = handling);
    }

    /**
     * Makes the subscription outlive its handler: after it is closed, messages of QoS 1 and 2 are queued for it, within
     * the limits of a session, until the application subscribes again under this name or calls
     * {@link MaxMQ#removeDurable}. A name stands for one subscription: subscribing under a name in use takes the
     * subscription over, and another filter replaces the former one. Among the broker's sessions it has the client id
     * {@code $in-process/NAME}.
     *
     * @param name 1..256 characters, unique in the tenant; does not begin with {@code #}
     */
    public SubscribeOptions durable(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH || name.startsWith(InProcessNames.UNNAMED)) {
            throw new IllegalArgumentException(
                    "durable name must have 1.." + MAX_NAME_LENGTH + " characters and not begin with #: name=" + name);
        }
        return with(to -> to.durableName = name);
    }

    Tenant tenant() {
        return values.tenant;
    }

    QoS maximumQos() {
        return values.maximumQos;
    }

    int queue() {
        return values.queue;
    }

    boolean isInline() {
        return values.inline;
    }

    boolean wantsRetained() {
        return values.retainHandling != RetainHandling.DO_NOT_SEND;
    }

    @Nullable
    String durableName() {
        return values.durableName;
    }

    /** Returns the request for a subscription with a session. */
    SessionSubscriptions.Request request(TopicFilter filter) {
        return new SessionSubscriptions.Request(
                values.tenant,
                filter,
                values.maximumQos.code(),
                values.durableName,
                values.window,
                values.queue,
                values.inline,
                values.retainHandling);
    }
}
