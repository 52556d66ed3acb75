package io.maxmq.rules.sink;

import io.maxmq.spi.Preview;

/**
 * The policy for a full buffer. Each loss is counted.
 *
 *
 * @since 0.1.0
 */
@Preview
public enum SinkOverflow {
    /** Drops the record that has waited longest. */
    DROP_OLDEST,
    /** Drops the new record. */
    DROP_NEWEST
}
