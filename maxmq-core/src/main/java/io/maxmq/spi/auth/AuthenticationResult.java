package io.maxmq.spi.auth;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.Utf8;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An authenticator's answer. Immutable.
 *
 * @since 0.1.0
 */
@Stable
public sealed interface AuthenticationResult {

    /**
     * Lets the client in as it described itself, and vouches for CONNECT's user name: authorizers, limits, quotas, bans and the
     * ownership of sessions take that name as proven from then on. An authenticator that has not checked the name answers {@link
     * Allowed#withoutUsername() allowed().withoutUsername()}.
     */
    static Allowed allowed() {
        return Allowed.AS_IS;
    }

    /** Refuses with 0x86, Bad User Name or Password. */
    static Denied denied() {
        return Denied.BAD_USER_NAME_OR_PASSWORD;
    }

    /** Refuses with a reason code that CONNACK may carry, and a text for the log and the client. */
    static Denied denied(ReasonCode reasonCode, @Nullable String reason) {
        return new Denied(reasonCode, reason);
    }

    /**
     * Sends the client to another server (MQTT 5.0 §4.13): CONNACK 0x9C, Use another server, or 0x9D, Server moved,
     * with the Server Reference; an MQTT 3 client gets return code 3 without a server.
     *
     * @param serverReference host names, with ports if need be, separated by spaces
     * @param permanent true for 0x9D, Server moved
     * @throws IllegalArgumentException when {@code serverReference} is blank or an invalid MQTT string
     */
    static Redirected redirected(String serverReference, boolean permanent) {
        return new Redirected(serverReference, permanent);
    }

    /** Leaves the decision to the next authenticator. */
    static Next next() {
        return Next.INSTANCE;
    }

    /**
     * The client may connect, possibly with a changed client id, user name or tenant.
     *
     * @since 0.1.0
     */
    @Stable
    final class Allowed implements AuthenticationResult {

        static final Allowed AS_IS = new Allowed(null, true, null, null, Map.of(), null, ClientLimits.none());

        private final @Nullable String username;
        private final boolean vouchesForUsername;
        private final @Nullable String clientId;
        private final @Nullable Tenant tenant;
        private final Map<String, String> attributes;
        private final @Nullable Instant validUntil;
        private final ClientLimits limits;

        private Allowed(
                @Nullable String username,
                boolean vouchesForUsername,
                @Nullable String clientId,
                @Nullable Tenant tenant,
                Map<String, String> attributes,
                @Nullable Instant validUntil,
                ClientLimits limits) {
            this.username = username;
            this.vouchesForUsername = vouchesForUsername;
            this.clientId = clientId;
            this.tenant = tenant;
            this.attributes = attributes;
            this.validUntil = validUntil;
            this.limits = limits;
        }

        /** Replaces CONNECT's user name, and vouches for the new one. */
        public Allowed withUsername(String newUsername) {
            return new Allowed(newUsername, true, clientId, tenant, attributes, validUntil, limits);
        }

        /**
         * Lets the client in without a user name, even if CONNECT has one: the authenticator vouches for something
         * else, such as the client identifier. CONNECT's name remains visible as {@code ClientInfo.claimedUsername()}
         * and gives no rights.
         */
        public Allowed withoutUsername() {
            return new Allowed(null, false, clientId, tenant, attributes, validUntil, limits);
        }

        /**
         * Replaces CONNECT's client identifier; v5 clients receive it as Assigned Client Identifier.
         *
         * @throws IllegalArgumentException when it is empty
         */
        public Allowed withClientId(String newClientId) {
            if (newClientId.isEmpty()) {
                throw new IllegalArgumentException("clientId must not be empty");
            }
            return new Allowed(username, vouchesForUsername, newClientId, tenant, attributes, validUntil, limits);
        }

        /** Assigns the client to this tenant. */
        public Allowed withTenant(Tenant newTenant) {
            return new Allowed(username, vouchesForUsername, clientId, newTenant, attributes, validUntil, limits);
        }

        /** Sets {@code ClientInfo.attributes()}, for authorizers and limiters; copied. */
        public Allowed withAttributes(Map<String, String> newAttributes) {
            return new Allowed(
                    username, vouchesForUsername, clientId, tenant, Map.copyOf(newAttributes), validUntil, limits);
        }

        /**
         * Ends the connection then, by the broker's wall clock: with 0xA0 (Maximum connect time), which tells an MQTT 5.0 client
         * to come back and prove itself anew. The session stays as after any close by the broker. One that authenticates itself
         * again meanwhile (MQTT 5.0 §4.12.1) has the time of that answer. A time that has passed already denies with 0x87.
         */
        public Allowed withValidUntil(Instant time) {
            return new Allowed(username, vouchesForUsername, clientId, tenant, attributes, time, limits);
        }

        /**
         * Gives the client limits of its own, for this connection. What a client that authenticates itself again is given, changes
         * nothing of that.
         */
        public Allowed withLimits(ClientLimits newLimits) {
            return new Allowed(username, vouchesForUsername, clientId, tenant, attributes, validUntil, newLimits);
        }

        /**
         * Returns the user name that replaces CONNECT's. Empty: CONNECT's name if {@link #vouchesForUsername()},
         * otherwise the client has no user name.
         */
        public Optional<String> username() {
            return Optional.ofNullable(username);
        }

        /** Returns whether the client's user name, CONNECT's or {@link #username()}, is proven. */
        public boolean vouchesForUsername() {
            return vouchesForUsername;
        }

        /** Empty: as CONNECT says. */
        public Optional<String> clientId() {
            return Optional.ofNullable(clientId);
        }

        /** Empty: the listener's. */
        public Optional<Tenant> tenant() {
            return Optional.ofNullable(tenant);
        }

        /** Unmodifiable. */
        public Map<String, String> attributes() {
            return attributes;
        }

        /** Empty: for ever. */
        public Optional<Instant> validUntil() {
            return Optional.ofNullable(validUntil);
        }

        /** Returns the limits of this client that override the broker's settings. */
        public ClientLimits limits() {
            return limits;
        }

        @Override
        public String toString() {
            return "Allowed[username=" + username + ", vouchesForUsername=" + vouchesForUsername + ", clientId="
                    + clientId + ", tenant=" + tenant + ", attributes=" + attributes + ", validUntil=" + validUntil
                    + ", limits=" + limits + "]";
        }
    }

    /**
     * The client may not connect.
     *
     * @param reasonCode an error that CONNACK may carry (MQTT 5.0 §3.2.2.2)
     * @param reason for the broker's log and the v5 client's Reason String; say nothing an attacker could use
     * @since 0.1.0
     */
    @Stable
    record Denied(ReasonCode reasonCode, @Nullable String reason) implements AuthenticationResult {

        static final Denied BAD_USER_NAME_OR_PASSWORD = new Denied(ReasonCode.BAD_USER_NAME_OR_PASSWORD, null);

        /** Checks the reason code. */
        public Denied {
            if (!reasonCode.isError() || !reasonCode.allowedIn(PacketType.CONNACK)) {
                throw new IllegalArgumentException("reasonCode must be an error of CONNACK: reasonCode=" + reasonCode);
            }
        }
    }

    /**
     * The client is to connect elsewhere. See {@link AuthenticationResult#redirected}.
     *
     * @since 0.1.0
     */
    @Stable
    record Redirected(String serverReference, boolean permanent) implements AuthenticationResult {

        /** Checks the reference. */
        public Redirected {
            int bytes = Utf8.encodedLength(serverReference);
            if (serverReference.isBlank() || bytes < 0 || bytes > Utf8.MAX_BYTES) {
                throw new IllegalArgumentException("serverReference must be a string that MQTT allows, and not blank:"
                        + " serverReference=" + Utf8.quote(serverReference));
            }
        }
    }

    /**
     * No opinion.
     *
     * @since 0.1.0
     */
    @Stable
    record Next() implements AuthenticationResult {
        static final Next INSTANCE = new Next();
    }
}
