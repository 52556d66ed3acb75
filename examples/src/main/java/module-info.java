/** Small programs, one idea each. */
@org.jspecify.annotations.NullMarked
module io.maxmq.examples {
    requires static org.jspecify;
    requires io.maxmq.core;
    requires io.maxmq.rules;
    requires io.maxmq.storage;
    // Only some examples have a client in the same process.
    requires static org.eclipse.paho.mqttv5.client;
}
