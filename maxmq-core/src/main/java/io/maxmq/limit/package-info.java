/**
 * Ready-made limits on what clients may do in a time, plugged in by {@code rateLimiter(…)} of the builder: start at
 * {@link io.maxmq.limit.Limits}. Runs on event loops, concurrently, without locks. Imports the SPI only.
 */
package io.maxmq.limit;
