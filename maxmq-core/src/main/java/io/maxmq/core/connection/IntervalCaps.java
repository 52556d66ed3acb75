package io.maxmq.core.connection;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.config.BrokerConfig;
import io.maxmq.core.session.Session;
import io.maxmq.spi.auth.ClientLimits;
import java.time.Duration;

/** Caps of the settings on the keep alive and the session expiry that clients ask for. Immutable. */
final class IntervalCaps {
    private final BrokerConfig config;

    IntervalCaps(BrokerConfig config) {
        this.config = config;
    }

    long expirySeconds(long asked) {
        return Math.min(asked, config.sessions().maxExpiry().toSeconds());
    }

    /** Returns the same with the client's own limit. */
    static long expirySeconds(long asked, ClientLimits limits) {
        Duration longest = limits.maxSessionExpiry().orElse(null);
        return longest == null ? asked : Math.min(asked, longest.toSeconds());
    }

    /** Returns the expiry of MQTT 3 sessions: no longer than a client of MQTT 5.0 could ask for, which is for ever. */
    long expirySecondsV3() {
        return Math.min(
                Session.NEVER, expirySeconds(config.sessions().defaultExpiryV3().toSeconds()));
    }

    /**
     * Returns the keep alive that counts. It is 0, for none, only for a client of MQTT 3 where the cap is the longest possible keep
     * alive: such a client cannot be told one, and TCP's keep-alive detects the loss of its host.
     */
    int keepAliveSeconds(int asked, boolean anonymous, ProtocolVersion version) {
        Duration cap = anonymous
                ? config.connections().maxKeepAliveAnonymous()
                : config.connections().maxKeepAlive();
        long capSeconds = cap.toSeconds();
        if (capSeconds <= 0 || capSeconds >= 0xFFFF && asked == 0 && !version.isV5()) {
            return asked;
        }
        return asked == 0 ? (int) capSeconds : (int) Math.min(asked, capSeconds);
    }
}
