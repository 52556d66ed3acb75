/** Rules on messages and events. */
@org.jspecify.annotations.NullMarked
module io.maxmq.rules {
    requires static org.jspecify;
    requires transitive io.maxmq.core;
    requires java.management;
    requires java.net.http;
    requires org.slf4j;

    exports io.maxmq.rules;
    exports io.maxmq.rules.action;
    exports io.maxmq.rules.error;
    exports io.maxmq.rules.sink;
    exports io.maxmq.rules.status;

    provides io.maxmq.spi.config.ExtensionProvider with
            io.maxmq.rules.RulesProvider;
}
