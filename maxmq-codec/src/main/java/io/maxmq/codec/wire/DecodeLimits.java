package io.maxmq.codec.wire;

/**
 * The limits of one packet. A packet beyond a limit is a {@code MalformedPacketException}, thrown before any allocation
 * of the announced size.
 *
 * @param maxPacketBytesBeforeConnect whole packet, until {@link PacketDecoder#maxPacketBytes(int)} raises it; 2 or more
 * @param maxPacketBytes whole packet, after that; a client's decoder begins with it
 * @param maxUserProperties in one packet or will
 * @param maxUserPropertyBytes of all user properties in one packet or will, as encoded
 * @param maxTopicFilters in one SUBSCRIBE or UNSUBSCRIBE
 * @param maxClientIdLength31 characters of a client id in MQTT 3.1, which says 23
 */
public record DecodeLimits(
        int maxPacketBytesBeforeConnect,
        int maxPacketBytes,
        int maxUserProperties,
        int maxUserPropertyBytes,
        int maxTopicFilters,
        int maxClientIdLength31) {

    /** 64 KiB and 1 MiB; 100 user properties of 16 KiB together; 1000 filters; any client id. */
    public static final DecodeLimits DEFAULT = new DecodeLimits(64 * 1024, 1024 * 1024, 100, 16 * 1024, 1000, 65_535);

    public DecodeLimits {
        require("maxPacketBytesBeforeConnect", maxPacketBytesBeforeConnect, 2);
        require("maxPacketBytes", maxPacketBytes, 2);
        require("maxUserProperties", maxUserProperties, 0);
        require("maxUserPropertyBytes", maxUserPropertyBytes, 0);
        require("maxTopicFilters", maxTopicFilters, 1);
        require("maxClientIdLength31", maxClientIdLength31, 1);
    }

    private static void require(String name, int value, int min) {
        if (value < min) {
            throw new IllegalArgumentException(name + " must be " + min + " or more: " + name + "=" + value);
        }
    }

    /** These with other packet sizes. */
    public DecodeLimits withPacketBytes(int beforeConnect, int after) {
        return new DecodeLimits(
                beforeConnect, after, maxUserProperties, maxUserPropertyBytes, maxTopicFilters, maxClientIdLength31);
    }
}
