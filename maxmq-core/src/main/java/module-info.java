/** The MaxMQ broker. Start at {@link io.maxmq.MaxMQ}. */
@org.jspecify.annotations.NullMarked
module io.maxmq.core {
    requires static org.jspecify;
    requires transitive io.maxmq.codec;
    requires static io.netty.handler;
    requires io.netty.buffer;
    requires io.netty.common;
    requires io.netty.transport;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.unix.common;
    requires org.agrona;
    requires org.jctools.core;
    requires org.slf4j;
    requires jdk.jfr;

    exports io.maxmq;
    exports io.maxmq.config;
    exports io.maxmq.limit;
    exports io.maxmq.spi;
    exports io.maxmq.spi.admin;
    exports io.maxmq.spi.auth;
    exports io.maxmq.spi.config;
    exports io.maxmq.spi.event;
    exports io.maxmq.spi.extension;
    exports io.maxmq.spi.intercept;
    exports io.maxmq.spi.limit;
    exports io.maxmq.spi.storage;
    exports io.maxmq.spi.storage.support;

    uses io.maxmq.config.ConfigFileReader;

    provides io.maxmq.spi.storage.RecordFormat with
            io.maxmq.core.persistence.BrokerRecordFormat;
}
