package io.maxmq.codec.packet;

/** A name and value that MQTT passes on and does not read; names may repeat. MQTT 5.0 §3.3.2.3.7. */
public record UserProperty(String name, String value) {}
