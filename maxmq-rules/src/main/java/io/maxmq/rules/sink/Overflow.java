package io.maxmq.rules.sink;

import io.maxmq.spi.Preview;

/**
 * What gives way when a buffer is full. Each loss is counted.
 *
 * @since 0.1.0
 */
@Preview
public enum Overflow {
    /** What has waited longest. */
    DROP_OLDEST,
    /** What comes. */
    DROP_NEWEST
}
