package io.maxmq.core.intercept;

import io.maxmq.codec.ReasonCode;
import io.maxmq.core.observe.PluginFailures;
import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.intercept.Delivery;
import io.maxmq.spi.intercept.DeliveryObserver;
import java.util.List;
import java.util.function.BiConsumer;

/** The observers of deliveries. Immutable; runs on the loop of the session. */
public final class DeliveryObservers {
    private final List<DeliveryObserver> observers;
    private final PluginFailures failures;

    DeliveryObservers(List<DeliveryObserver> observers, PluginFailures failures) {
        this.observers = observers;
        this.failures = failures;
    }

    public void queued(Delivery delivery) {
        tell("onQueued", delivery, DeliveryObserver::onQueued);
    }

    public void sent(Delivery delivery) {
        tell("onSent", delivery, DeliveryObserver::onSent);
    }

    /** @param reason the client's answer: an error refuses */
    public void answered(Delivery delivery, ReasonCode reason) {
        if (reason.isError()) {
            tell("onRefused", delivery, (observer, refused) -> observer.onRefused(refused, reason));
        } else {
            tell("onAcknowledged", delivery, DeliveryObserver::onAcknowledged);
        }
    }

    private void tell(String operation, Delivery delivery, BiConsumer<DeliveryObserver, Delivery> call) {
        for (DeliveryObserver each : observers) {
            try {
                call.accept(each, delivery);
            } catch (Throwable t) { // the embedder's code
                failures.report(each.name(), operation, Failure.THREW, t);
            }
        }
    }
}
