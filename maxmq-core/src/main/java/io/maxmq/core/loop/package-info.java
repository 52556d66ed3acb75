/**
 * The event loop as used by the layers above the transport: one thread that owns sessions, timers and credit. May
 * import spi, time, limit and observe. Start with {@link io.maxmq.core.loop.Loop}.
 */
package io.maxmq.core.loop;
