/** Small programs, one idea each. */
@org.jspecify.annotations.NullMarked
module io.maxmq.examples {
    requires static org.jspecify;
    requires io.maxmq.auth;
    requires io.maxmq.core;
    requires io.maxmq.rules;
    requires io.maxmq.storage;
    // The standalone broker.
    requires static info.picocli;
    requires static io.netty.transport.classes.epoll;
    requires static io.netty.transport.unix.common;
    requires static jdk.unsupported;
    // Only some examples have a client in the same process.
    requires static org.eclipse.paho.mqttv5.client;

    opens io.maxmq.examples.standalone to
            info.picocli;
}
