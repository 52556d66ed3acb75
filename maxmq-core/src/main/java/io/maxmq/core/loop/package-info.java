/**
 * The event loop as the layers above the transport see it: one thread that owns sessions, timers and credit. Start at
 * {@link io.maxmq.core.loop.Loop}. May import spi, time, limit and observe.
 */
package io.maxmq.core.loop;
