package io.maxmq.rules.sink;

import io.maxmq.spi.Preview;

/**
 * The state of a sink.
 *
 *
 * @since 0.1.0
 */
@Preview
public enum SinkState {
    /** The broker has not started it yet. */
    STARTING,
    /** It takes records. */
    UP,
    /** It has failed repeatedly or takes no record at all; it is probed, then tried with one record, until it answers. */
    DOWN,
    /** It takes no more. */
    CLOSED
}
