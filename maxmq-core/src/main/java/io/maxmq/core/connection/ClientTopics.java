package io.maxmq.core.connection;

import io.maxmq.config.BrokerConfig;
import org.jspecify.annotations.Nullable;

/** What becomes of the topic that a client publishes to, for who asks and does not publish. Immutable, thread-safe. */
public final class ClientTopics {
    private final TopicRewriter rewriter;
    private final DollarTopics dollarTopics;

    public ClientTopics(BrokerConfig config) {
        this.rewriter =
                TopicRewriter.of(config.topicRewrites(), config.connections().maxTopicLevels());
        this.dollarTopics = new DollarTopics(config);
    }

    /**
     * The topic that a message is authorized and routed by: rewritten, and of a delayed one that which it is for; null when it
     * says it is delayed and is not valid.
     *
     * @param topic a valid topic name
     */
    public @Nullable String routedAs(String topic) {
        String name = rewriter.published(topic);
        if (!dollarTopics.isDelayed(name)) {
            return name;
        }
        DelayedTopic delayed = dollarTopics.delayed(name);
        return delayed == null ? null : delayed.topic();
    }

    /** Whether clients may not publish to it. */
    public boolean isClosed(String routedAs) {
        return dollarTopics.isClosed(routedAs);
    }
}
