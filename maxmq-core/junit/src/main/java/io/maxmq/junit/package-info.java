/**
 * A JUnit 5 extension that gives a test a broker of its own, and what belongs to it: a test client, a virtual clock, the
 * messages that were routed, faults on the wire. Runs on the test's thread; only the fault proxy has threads, which end with
 * the broker. Start at {@link io.maxmq.junit.MaxMQTest} and {@link io.maxmq.junit.MaxMQExtension}.
 */
package io.maxmq.junit;
