package io.maxmq.codec;

import org.jspecify.annotations.Nullable;

/** The protocol versions that a CONNECT can ask for (MQTT 5.0 §3.1.2.1, §3.1.2.2), oldest first. */
public enum ProtocolVersion {
    MQTT_3_1(3, "MQIsdp"),
    MQTT_3_1_1(4, "MQTT"),
    MQTT_5(5, "MQTT");

    private final int level;
    private final String protocolName;

    ProtocolVersion(int level, String protocolName) {
        this.level = level;
        this.protocolName = protocolName;
    }

    /** The Protocol Level (3.1.1) or Protocol Version (5.0) byte: 3, 4 or 5, without the bridge bit. */
    public int level() {
        return level;
    }

    /** The Protocol Name that goes with the level. */
    public String protocolName() {
        return protocolName;
    }

    /** Returns whether packets have properties and all acknowledgements reason codes. */
    public boolean isV5() {
        return this == MQTT_5;
    }

    /** The version with this level, 3..5, or null. */
    public static @Nullable ProtocolVersion of(int level) {
        return switch (level) {
            case 3 -> MQTT_3_1;
            case 4 -> MQTT_3_1_1;
            case 5 -> MQTT_5;
            default -> null;
        };
    }
}
