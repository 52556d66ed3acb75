package io.maxmq.spi;

/**
 * The format of a payload, from the Payload Format Indicator. MQTT 5.0 §3.3.2.3.2.
 *
 * @since 0.1.0
 */
@Stable
public enum PayloadFormat {
    /** 0: unspecified bytes. */
    BYTES,
    /** 1: UTF-8 text. */
    UTF_8
}
