/** A store of one's own. */
@org.jspecify.annotations.NullMarked
module io.maxmq.examples.customstorage {
    requires static org.jspecify;
    requires io.maxmq.core;
}
