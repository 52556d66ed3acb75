package io.maxmq.junit;

import io.maxmq.spi.Preview;

/**
 * The lifetime of a broker.
 *
 *
 * @since 0.1.0
 */
@Preview
public enum BrokerScope {
    /** A new broker for each test, so that tests know nothing of one another. */
    TEST,
    /**
     * One broker for all tests of a class and its nested classes, with what they leave in it; for tests that run in parallel
     * too. Faults end with each test.
     */
    CLASS
}
