package io.maxmq.rules.sink;

import io.maxmq.spi.Preview;
import io.maxmq.spi.Tenant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One record that a rule has made of one event. Only the engine implements it. Immutable and thread-safe.
 *
 * @since 0.1.0
 */
@Preview
public interface SinkRecord {

    /** Names the record, the same each time that it is tried; unique over restarts where the event is a message. */
    String id();

    /** The rule's name. */
    String rule();

    /** The rule's tenant. */
    Tenant tenant();

    /** The client that the event is about; empty without one. Records of one client come in the order of its events. */
    String clientId();

    /** When the event was made, in milliseconds since 1970. */
    long atEpochMillis();

    /**
     * The record's values by name, in their order: texts as {@code String}, or as {@code byte[]} if they are not UTF-8,
     * numbers as {@code Long}, {@code BigInteger} and {@code Double}, {@code Boolean}, {@code List}, {@code Map}, and
     * null. Unmodifiable; the bytes of a {@code byte[]} must not be changed.
     */
    Map<String, @Nullable Object> values();

    /** The record as a JSON object in UTF-8. The array must not be changed. */
    byte[] json();
}
