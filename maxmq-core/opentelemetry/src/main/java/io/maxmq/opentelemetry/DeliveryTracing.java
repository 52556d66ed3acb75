package io.maxmq.opentelemetry;

import io.maxmq.spi.intercept.Delivery;
import io.maxmq.spi.intercept.DeliveryObserver;

/** Records a span for each PUBLISH to a client with a trace context. Runs on the session's event loop. */
record DeliveryTracing(MessageSpans spans) implements DeliveryObserver {

    @Override
    public String name() {
        return "opentelemetry";
    }

    @Override
    public void onSent(Delivery delivery) {
        if (spans.traces(delivery.topic())) {
            spans.record(MessageSpans.Step.DELIVER, delivery.clientId(), delivery.message());
        }
    }
}
