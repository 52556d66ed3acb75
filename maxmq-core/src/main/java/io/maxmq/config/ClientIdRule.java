package io.maxmq.config;

import io.maxmq.spi.Stable;
import java.util.Optional;

/**
 * Rule for the client ids of a user, so that no user takes the client ids of another. Other client ids are refused with
 * 0x85 (MQTT 3: 2).
 *
 * <p>With a rule other than {@link #ANY} a client without a verified user name must leave its client id empty, so that
 * the broker assigns one. For finer rules see {@link io.maxmq.auth.AclRule#allowConnect}.
 *
 * @since 0.1.0
 */
@Stable
public enum ClientIdRule {
    /** Every client id. */
    ANY,

    /** The user name itself: one client per user. */
    USER_NAME,

    /**
     * The user name itself, or a client id that begins with it, followed by a character that is neither a letter nor a
     * digit: {@code anna}, {@code anna-1} and {@code anna/phone} for the user {@code anna}, but not {@code anna2},
     * which may be another user's name. User names should contain no such character: the user {@code anna} may use the
     * client ids of the user {@code anna-1}.
     */
    USER_NAME_PREFIX;

    /**
     * Returns whether a client may connect with this client id.
     *
     * @param username the verified user name; empty for a client without one
     */
    public boolean allows(String clientId, Optional<String> username) {
        if (this == ANY) {
            return true;
        }
        String name = username.orElse("");
        if (name.isEmpty() || !clientId.startsWith(name)) {
            return false;
        }
        return clientId.length() == name.length()
                || (this == USER_NAME_PREFIX && !Character.isLetterOrDigit(clientId.codePointAt(name.length())));
    }
}
