/**
 * Deadlines: the timer wheel of an event loop, and the clock for expiry. Runs on the loop; the clock on any thread.
 * Imports only {@code spi} of the broker.
 */
package io.maxmq.core.time;
