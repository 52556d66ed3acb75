/** Durable storage for the MaxMQ broker. Start at {@link io.maxmq.storage.RocksDbStorage}. */
@org.jspecify.annotations.NullMarked
module io.maxmq.storage {
    requires static org.jspecify;
    requires transitive io.maxmq.core;
    requires org.slf4j;
    requires rocksdbjni;

    exports io.maxmq.storage;

    uses io.maxmq.spi.storage.RecordFormat;

    provides io.maxmq.spi.config.StorageProvider with
            io.maxmq.storage.RocksDbProvider;
}
