package io.maxmq.codec.packet;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The properties of one packet or will. MQTT 5.0 §2.2.2. Each has at most one value, except user properties and
 * subscription identifiers, which keep their order. Equal when the values are. Immutable.
 *
 * <p>An accessor that does not fit the property's type is a bug of the caller: {@link IllegalArgumentException}.
 */
public final class Properties {
    /** Without any; also what packets before 5.0 have. */
    public static final Properties NONE = new Properties(new EnumMap<>(PropertyId.class), List.of(), List.of());

    /** Long for numbers, String, or a read-only ByteBuffer; never for the two that may repeat. */
    private final Map<PropertyId, Object> values;

    private final List<UserProperty> userProperties;
    private final List<Integer> subscriptionIdentifiers;

    private Properties(
            Map<PropertyId, Object> values, List<UserProperty> userProperties, List<Integer> subscriptionIdentifiers) {
        this.values = values;
        this.userProperties = userProperties;
        this.subscriptionIdentifiers = subscriptionIdentifiers;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts with these. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.values.putAll(values);
        builder.userProperties.addAll(userProperties);
        builder.subscriptionIdentifiers.addAll(subscriptionIdentifiers);
        return builder;
    }

    /** These without one, or the same when it is not here. */
    public Properties without(PropertyId property) {
        return has(property) ? toBuilder().remove(property).build() : this;
    }

    public boolean isEmpty() {
        return values.isEmpty() && userProperties.isEmpty() && subscriptionIdentifiers.isEmpty();
    }

    public boolean has(PropertyId property) {
        return switch (property) {
            case USER_PROPERTY -> !userProperties.isEmpty();
            case SUBSCRIPTION_IDENTIFIER -> !subscriptionIdentifiers.isEmpty();
            default -> values.containsKey(property);
        };
    }

    /** Which ones are here, in the order of their identifiers. */
    public Set<PropertyId> ids() {
        EnumMap<PropertyId, Object> all = new EnumMap<>(PropertyId.class);
        all.putAll(values);
        if (!userProperties.isEmpty()) {
            all.put(PropertyId.USER_PROPERTY, userProperties);
        }
        if (!subscriptionIdentifiers.isEmpty()) {
            all.put(PropertyId.SUBSCRIPTION_IDENTIFIER, subscriptionIdentifiers);
        }
        return Collections.unmodifiableSet(all.keySet());
    }

    /** A number of one or two bytes, or {@code absent}. For one of four bytes, which is unsigned, {@link #longOr}. */
    public int intOr(PropertyId property, int absent) {
        if (property.type() == PropertyId.Type.FOUR_BYTES) {
            throw new IllegalArgumentException("needs longOr: property=" + property);
        }
        return (int) longOr(property, absent);
    }

    /** A number, 0..2^32-1, or {@code absent}. Of several subscription identifiers the first. */
    public long longOr(PropertyId property, long absent) {
        if (!property.type().isNumber()) {
            throw new IllegalArgumentException("is not a number: property=" + property);
        }
        if (property == PropertyId.SUBSCRIPTION_IDENTIFIER) {
            return subscriptionIdentifiers.isEmpty() ? absent : subscriptionIdentifiers.get(0);
        }
        return values.get(property) instanceof Long number ? number : absent;
    }

    /** A flag that is 0 or 1, or {@code absent}. */
    public boolean booleanOr(PropertyId property, boolean absent) {
        return intOr(property, absent ? 1 : 0) == 1;
    }

    /** A string, or null when it is not here. */
    public @Nullable String string(PropertyId property) {
        if (property.type() != PropertyId.Type.STRING) {
            throw new IllegalArgumentException("is not a string: property=" + property);
        }
        return (String) values.get(property);
    }

    /** A fresh read-only view of binary data, or null when it is not here. */
    public @Nullable ByteBuffer binary(PropertyId property) {
        if (property.type() != PropertyId.Type.BINARY) {
            throw new IllegalArgumentException("is not binary: property=" + property);
        }
        return values.get(property) instanceof ByteBuffer bytes ? bytes.duplicate() : null;
    }

    /** All user properties in their order. */
    public List<UserProperty> userProperties() {
        return userProperties;
    }

    /** All subscription identifiers in their order, each 1..268435455. */
    public List<Integer> subscriptionIdentifiers() {
        return subscriptionIdentifiers;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof Properties other
                && values.equals(other.values)
                && userProperties.equals(other.userProperties)
                && subscriptionIdentifiers.equals(other.subscriptionIdentifiers);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * values.hashCode() + userProperties.hashCode()) + subscriptionIdentifiers.hashCode();
    }

    /** Without authentication data. */
    @Override
    public String toString() {
        EnumMap<PropertyId, Object> shown = new EnumMap<>(PropertyId.class);
        shown.putAll(values);
        shown.computeIfPresent(PropertyId.AUTHENTICATION_DATA, (property, data) -> "***");
        if (!userProperties.isEmpty()) {
            shown.put(PropertyId.USER_PROPERTY, userProperties);
        }
        if (!subscriptionIdentifiers.isEmpty()) {
            shown.put(PropertyId.SUBSCRIPTION_IDENTIFIER, subscriptionIdentifiers);
        }
        return shown.toString();
    }

    /**
     * Collects properties; setting one again replaces it. Checks types and ranges at each call: {@link
     * IllegalArgumentException} names property and value. Not thread-safe.
     */
    public static final class Builder {
        private final EnumMap<PropertyId, Object> values = new EnumMap<>(PropertyId.class);
        private final List<UserProperty> userProperties = new ArrayList<>();
        private final List<Integer> subscriptionIdentifiers = new ArrayList<>();

        private Builder() {}

        /** A number within the property's {@link PropertyId#min()} and {@link PropertyId#max()}. */
        public Builder set(PropertyId property, long value) {
            if (!property.type().isNumber()) {
                throw new IllegalArgumentException("is not a number: property=" + property + ", value=" + value);
            }
            if (value < property.min() || value > property.max()) {
                throw new IllegalArgumentException("must be " + property.min() + ".." + property.max() + ": property="
                        + property + ", value=" + value);
            }
            if (property == PropertyId.SUBSCRIPTION_IDENTIFIER) {
                subscriptionIdentifiers.clear();
                subscriptionIdentifiers.add((int) value);
            } else {
                values.put(property, value);
            }
            return this;
        }

        /** A flag, written as 0 or 1. */
        public Builder set(PropertyId property, boolean value) {
            return set(property, value ? 1 : 0);
        }

        /** A string; what it may hold is checked when it is written. */
        public Builder set(PropertyId property, String value) {
            if (property.type() != PropertyId.Type.STRING) {
                throw new IllegalArgumentException("is not a string: property=" + property);
            }
            values.put(property, value);
            return this;
        }

        /** Binary data, at most 65,535 bytes, not copied. */
        public Builder set(PropertyId property, ByteBuffer value) {
            if (property.type() != PropertyId.Type.BINARY) {
                throw new IllegalArgumentException("is not binary: property=" + property);
            }
            values.put(property, PacketChecks.view(value));
            return this;
        }

        /** Adds a user property behind those that are there. */
        public Builder userProperty(String name, String value) {
            userProperties.add(new UserProperty(name, value));
            return this;
        }

        /** Adds a subscription identifier, 1..268435455, behind those that are there. */
        public Builder subscriptionIdentifier(int identifier) {
            PropertyId property = PropertyId.SUBSCRIPTION_IDENTIFIER;
            if (identifier < property.min() || identifier > property.max()) {
                throw new IllegalArgumentException(
                        "must be 1..268435455: property=" + property + ", value=" + identifier);
            }
            subscriptionIdentifiers.add(identifier);
            return this;
        }

        /** Takes a property away, with all its values. */
        public Builder remove(PropertyId property) {
            switch (property) {
                case USER_PROPERTY -> userProperties.clear();
                case SUBSCRIPTION_IDENTIFIER -> subscriptionIdentifiers.clear();
                default -> values.remove(property);
            }
            return this;
        }

        public Properties build() {
            if (values.isEmpty() && userProperties.isEmpty() && subscriptionIdentifiers.isEmpty()) {
                return NONE;
            }
            return new Properties(
                    new EnumMap<>(values), List.copyOf(userProperties), List.copyOf(subscriptionIdentifiers));
        }
    }
}
