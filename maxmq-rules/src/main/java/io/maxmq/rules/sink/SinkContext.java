package io.maxmq.rules.sink;

import io.maxmq.spi.Preview;
import io.maxmq.spi.extension.BrokerContext;

/**
 * What a sink gets of its surroundings.
 *
 * @param name what the engine calls the sink
 * @param broker the broker
 * @since 0.1.0
 */
@Preview
public record SinkContext(String name, BrokerContext broker) {}
