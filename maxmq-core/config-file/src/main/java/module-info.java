/** Configuration files in HOCON. {@code MaxMQ.fromConfig} finds this module by {@link java.util.ServiceLoader}. */
@org.jspecify.annotations.NullMarked
module io.maxmq.configfile {
    requires static org.jspecify;
    requires transitive io.maxmq.core;
    requires org.slf4j;
    requires typesafe.config;

    uses io.maxmq.spi.config.AuthenticatorProvider;
    uses io.maxmq.spi.config.AuthorizerProvider;
    uses io.maxmq.spi.config.ExtensionProvider;
    uses io.maxmq.spi.config.StorageProvider;

    provides io.maxmq.config.ConfigFileReader with
            io.maxmq.configfile.HoconReader;
}
