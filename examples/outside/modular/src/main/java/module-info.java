/** All that a module needs. */
module demo {
    requires io.maxmq.core;
}
