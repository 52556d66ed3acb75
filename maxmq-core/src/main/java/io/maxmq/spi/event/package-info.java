/**
 * Passive observers: typed events and pulled metrics. An event without a listener is not created. Start at {@link
 * io.maxmq.spi.event.BrokerListener} and {@link io.maxmq.spi.event.MetricsSink}.
 */
package io.maxmq.spi.event;
