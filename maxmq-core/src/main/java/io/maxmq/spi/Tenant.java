package io.maxmq.spi;

import org.jspecify.annotations.Nullable;

/**
 * A namespace of client ids, subscriptions, retained messages, quotas and metrics. Nothing crosses from one tenant to
 * another. Immutable.
 *
 * @param name 1..64 characters out of {@code a-z A-Z 0-9 . _ -}, so that it can stand in a key, a topic and a metric's
 *     tag as it is
 * @since 0.1.0
 */
@Stable
public record Tenant(String name) {

    private static final int MAX_LENGTH = 64;

    /** The tenant of all clients while no tenants are configured. */
    public static final Tenant DEFAULT = new Tenant("default");

    /** Checks the name. */
    public Tenant {
        if (name.isEmpty() || name.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("tenant name must have 1..64 characters: name=" + name);
        }
        for (int i = 0; i < name.length(); i++) {
            if (!allowed(name.charAt(i))) {
                throw new IllegalArgumentException("tenant name may hold a-z A-Z 0-9 . _ - only: name=" + name);
            }
        }
    }

    /** Returns whether a tenant can have this name. */
    public static boolean isName(String name) {
        return !name.isEmpty() && name.length() <= MAX_LENGTH && name.chars().allMatch(c -> allowed((char) c));
    }

    private static boolean allowed(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-';
    }

    @Override
    public String toString() {
        return name;
    }

    // Written out: a record's own are linked at their first call, some 20 ms of a JVM's first start.

    @Override
    public boolean equals(@Nullable Object other) {
        return other == this || (other instanceof Tenant that && name.equals(that.name));
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }
}
