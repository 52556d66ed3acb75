package io.maxmq.spi.admin;

import io.maxmq.codec.QoS;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.util.Optional;

/**
 * A message that is not published, only asked about. Immutable; each method answers a changed copy.
 *
 * @param tenant whose topic
 * @param topic that it would be published to
 * @param clientId of the client that would publish it; empty for the application
 * @param qos that it would be published with
 * @param retain whether it would be retained
 * @param limit how many subscriptions the answer names, 1..{@value #MAX_LIMIT}
 * @since 0.1.0
 */
@Stable
public record PublishQuestion(
        Tenant tenant, String topic, Optional<String> clientId, QoS qos, boolean retain, int limit) {
    /** Most subscriptions that an answer names. */
    public static final int MAX_LIMIT = 1000;

    /** Checks the limit. */
    public PublishQuestion {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit must be 1.." + MAX_LIMIT + ": limit=" + limit);
        }
    }

    /** Published by the application in the default tenant at QoS 1, not retained; an answer names {@value Page#DEFAULT_LIMIT}. */
    public static PublishQuestion of(String topic) {
        return new PublishQuestion(
                Tenant.DEFAULT, topic, Optional.empty(), QoS.AT_LEAST_ONCE, false, Page.DEFAULT_LIMIT);
    }

    /** Published by that client. */
    public PublishQuestion by(String publisher) {
        return new PublishQuestion(tenant, topic, Optional.of(publisher), qos, retain, limit);
    }

    /** In another tenant. */
    public PublishQuestion tenant(Tenant of) {
        return new PublishQuestion(of, topic, clientId, qos, retain, limit);
    }

    /** With that QoS. */
    public PublishQuestion qos(QoS published) {
        return new PublishQuestion(tenant, topic, clientId, published, retain, limit);
    }

    /** With or without the RETAIN flag. */
    public PublishQuestion retain(boolean flag) {
        return new PublishQuestion(tenant, topic, clientId, qos, flag, limit);
    }

    /** With so many subscriptions in the answer. */
    public PublishQuestion limit(int subscriptions) {
        return new PublishQuestion(tenant, topic, clientId, qos, retain, subscriptions);
    }
}
