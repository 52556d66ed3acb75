package io.maxmq.api.resource;

import io.maxmq.api.call.Operations;
import io.maxmq.spi.extension.BrokerContext;

/** The code of all operations of the contract. Stateless. */
public final class Resources {
    private Resources() {}

    /** Returns the operations on a broker. */
    public static Operations of(BrokerContext broker) {
        Operations operations = new Operations();
        new BrokerResource(broker).addTo(operations);
        new ClientsResource(broker).addTo(operations);
        return operations;
    }
}
