package io.maxmq.api.access;

import io.maxmq.spi.Stable;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The permissions of a caller of the API. Each role includes the permissions of the roles before it.
 *
 * @since 0.1.0
 */
@Stable
public enum ApiRole {
    /** Reads metrics and the details of the health checks. */
    METRICS,
    /** Reads everything except payloads and secrets. */
    VIEWER,
    /** Reads payloads of messages, and publishes. */
    MESSAGES,
    /** Disconnects clients, adds bans, changes subscriptions, pauses listeners. */
    OPERATOR,
    /** Deletes sessions, changes rules, listeners and users. */
    ADMIN;

    /** Returns whether this role has the permissions of the other. */
    public boolean includes(ApiRole other) {
        return compareTo(other) >= 0;
    }

    /**
     * Reads a role from its name in lower case, as key files contain it.
     *
     * @throws IllegalArgumentException when there is no such role; the message lists all
     */
    public static ApiRole of(String name) {
        for (ApiRole each : values()) {
            if (each.label().equals(name)) {
                return each;
            }
        }
        throw new IllegalArgumentException("role must be "
                + Arrays.stream(values()).map(ApiRole::label).collect(Collectors.joining(", ")) + ": role=" + name);
    }

    /** Returns the name in lower case. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
