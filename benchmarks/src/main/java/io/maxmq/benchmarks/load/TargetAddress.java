package io.maxmq.benchmarks.load;

import java.net.InetSocketAddress;

/**
 * Where the clients connect, what carries their bytes, and in which protocol version.
 *
 * @param version 4 for MQTT 3.1.1, 5 for MQTT 5.0
 */
public record TargetAddress(InetSocketAddress address, Over over, int version) {
    /** The transport below MQTT. */
    public enum Over {
        TCP,
        TLS,
        WEB_SOCKET
    }

    public TargetAddress {
        if (version != 4 && version != 5) {
            throw new IllegalArgumentException("version must be 4 or 5: version=" + version);
        }
    }
}
