/**
 * Observation of the broker, and the threads for it: events, counters, metrics, JFR, loggers, the worker pool. Imports
 * {@code spi} only. Start with {@link io.maxmq.core.observe.Events} and {@link io.maxmq.core.observe.LoopCounters}.
 */
package io.maxmq.core.observe;
