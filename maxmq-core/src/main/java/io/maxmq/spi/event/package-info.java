/**
 * Observers that cannot change anything: typed events and pulled metrics. Nobody listens, nothing is created. Start at
 * {@link io.maxmq.spi.event.BrokerListener} and {@link io.maxmq.spi.event.MetricsSink}.
 */
package io.maxmq.spi.event;
