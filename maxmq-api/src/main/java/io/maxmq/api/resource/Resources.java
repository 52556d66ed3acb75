package io.maxmq.api.resource;

import io.maxmq.api.call.Operations;
import io.maxmq.spi.extension.BrokerContext;

/** The code of all operations of the contract. Stateless. */
public final class Resources {
    private Resources() {}

    /** Returns the operations on a broker, and observes it for those about the past. */
    public static Operations of(BrokerContext broker) {
        Operations operations = new Operations();
        new BrokerResource(broker).addTo(operations);
        new ClientsResource(broker).addTo(operations);
        Disconnections disconnections = new Disconnections();
        broker.addListener(disconnections);
        disconnections.addTo(operations);
        new SessionsResource(broker).addTo(operations);
        new SubscriptionsResource(broker).addTo(operations);
        new MessagesResource(broker).addTo(operations);
        new BansResource(broker).addTo(operations);
        new StreamsResource(broker).addTo(operations);
        return operations;
    }
}
