/**
 * What the broker shows of itself, and the threads it does so on: events, counters, metrics, JFR, loggers, the worker
 * pool. Imports {@code spi} only. Start at {@link io.maxmq.core.observe.Events} and
 * {@link io.maxmq.core.observe.LoopCounters}.
 */
package io.maxmq.core.observe;
