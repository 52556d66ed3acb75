package io.maxmq.opentelemetry;

import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.PublishInterceptor;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Records a span for each received message with a trace context. Runs on the publisher's event loop. */
record PublishTracing(MessageSpans spans) implements PublishInterceptor {

    @Override
    public String name() {
        return "opentelemetry";
    }

    /** Before all others, so that messages which others drop or change are traced as the publisher sent them. */
    @Override
    public int priority() {
        return Integer.MAX_VALUE;
    }

    @Override
    public Optional<String> requiredUserProperty() {
        return Optional.of(MessageSpans.TRACEPARENT);
    }

    @Override
    public boolean wants(@Nullable ClientInfo publisher, String topic) {
        return spans.traces(topic);
    }

    @Override
    public Decision<Message> onPublish(@Nullable ClientInfo publisher, Message message) {
        if (spans.traces(message.topic())) {
            spans.record(MessageSpans.Step.PUBLISH, publisher == null ? null : publisher.clientId(), message);
        }
        return Decision.proceed();
    }
}
