package io.maxmq.rules.run;

import io.maxmq.rules.event.EventKind;
import io.maxmq.spi.intercept.Delivery;
import io.maxmq.spi.intercept.DeliveryObserver;
import org.jspecify.annotations.Nullable;

/** Tells rules of messages that are sent to clients and acknowledged by them. On the event loop of the session. */
final class DeliveryWatch implements DeliveryObserver {
    /** Null before the start. */
    volatile @Nullable Sources sources;

    @Override
    public String name() {
        return "rules-deliveries";
    }

    @Override
    public void onSent(Delivery delivery) {
        if (!delivery.again()) {
            tell(EventKind.DELIVERED, delivery);
        }
    }

    @Override
    public void onAcknowledged(Delivery delivery) {
        tell(EventKind.ACKED, delivery);
    }

    private void tell(EventKind kind, Delivery delivery) {
        Sources present = sources;
        if (present != null) {
            present.delivery(kind, delivery);
        }
    }
}
