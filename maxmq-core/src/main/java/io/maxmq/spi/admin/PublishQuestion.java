package io.maxmq.spi.admin;

import io.maxmq.codec.QoS;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.util.Optional;

/**
 * A hypothetical publication to explain. Immutable; each method returns a changed copy.
 *
 * @param tenant of the topic
 * @param topic that it would be published to
 * @param clientId of the client that would publish it; empty for the application
 * @param qos that it would be published with
 * @param retain whether it would be retained
 * @param limit the most subscriptions in the answer, 1..{@value #MAX_LIMIT}
 * @since 0.1.0
 */
@Stable
public record PublishQuestion(
        Tenant tenant, String topic, Optional<String> clientId, QoS qos, boolean retain, int limit) {
    /** The most subscriptions in an answer. */
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

    /** Sets the client as the publisher. */
    public PublishQuestion by(String publisher) {
        return new PublishQuestion(tenant, topic, Optional.of(publisher), qos, retain, limit);
    }

    /** Sets the tenant. */
    public PublishQuestion tenant(Tenant of) {
        return new PublishQuestion(of, topic, clientId, qos, retain, limit);
    }

    /** Sets the QoS. */
    public PublishQuestion qos(QoS published) {
        return new PublishQuestion(tenant, topic, clientId, published, retain, limit);
    }

    /** Sets the RETAIN flag. */
    public PublishQuestion retain(boolean flag) {
        return new PublishQuestion(tenant, topic, clientId, qos, flag, limit);
    }

    /** Sets the most subscriptions in the answer. */
    public PublishQuestion limit(int subscriptions) {
        return new PublishQuestion(tenant, topic, clientId, qos, retain, subscriptions);
    }
}
