/** Rules on messages and events. */
@org.jspecify.annotations.NullMarked
module io.maxmq.rules {
    requires static transitive org.jspecify;
    requires transitive io.maxmq.core;
    requires java.management;
    requires org.slf4j;

    exports io.maxmq.rules.error;
}
