/** A storage of your own for a broker. */
@org.jspecify.annotations.NullMarked
module io.maxmq.examples.customstorage {
    requires static org.jspecify;
    requires com.h2database.mvstore;
    requires io.maxmq.core;
}
