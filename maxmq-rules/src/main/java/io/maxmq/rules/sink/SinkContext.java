package io.maxmq.rules.sink;

import io.maxmq.spi.Preview;
import io.maxmq.spi.extension.BrokerContext;

/**
 * The context of a sink.
 * @param name the sink's name in the engine
 * @param broker the broker
 *
 * @since 0.1.0
 */
@Preview
public record SinkContext(String name, BrokerContext broker) {}
