package io.maxmq.spi;

/** A registration of nothing. Thread-safe. */
enum NoRegistration implements Registration {
    INSTANCE;

    @Override
    public void close() {}
}
