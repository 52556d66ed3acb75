package io.maxmq.auth;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.AuthenticationResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the claims of a token must be, and what becomes of them (RFC 7519 §4). Immutable and thread-safe.
 *
 * @param algorithms that a token may be signed with
 * @param issuer null for any
 * @param audiences one of which must be among the token's; empty for any
 * @param required claims that must have this text, or have it in their list
 * @param skew by which clocks may differ
 * @param needsExpiry whether a token without an end is refused
 * @param username the claim that is the user name
 * @param clientId the claim that takes the place of the client id, or null
 * @param requiredClientId the claim that the client id must be, or null
 * @param tenant the claim that is the tenant, or null
 * @param attributes claims to note as attributes
 * @param acl the claim that says what the client may do, or null
 */
record JwtRules(
        Set<String> algorithms,
        @Nullable String issuer,
        Set<String> audiences,
        Map<String, String> required,
        Duration skew,
        boolean needsExpiry,
        String username,
        @Nullable String clientId,
        @Nullable String requiredClientId,
        @Nullable String tenant,
        Set<String> attributes,
        @Nullable String acl) {
    /** Attributes of the client that come from a token begin so. */
    static final String ATTRIBUTE = "jwt.";

    private static final int MAX_NAME_BYTES = 65_535;
    private static final int MAX_ATTRIBUTE_CHARACTERS = 4096;

    /** The end of the year 9999: a later time is a mistake, and not read as never. */
    private static final double MAX_SECONDS = 253_402_300_799.0;

    /** Who the client is by the claims of a token that is signed by the right key. */
    AuthenticationResult decide(Map<String, Object> claims, ClientInfo client, long nowEpochMillis) {
        try {
            Instant end = checkTimes(claims, nowEpochMillis);
            checkOrigin(claims);
            AuthenticationResult.Allowed allowed = AuthenticationResult.allowed()
                    .withUsername(name(claims, username))
                    .withAttributes(noted(claims));
            if (requiredClientId != null && !name(claims, requiredClientId).equals(client.clientId())) {
                return AuthenticationResult.denied(
                        ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                        "the client id must be the token's " + requiredClientId);
            }
            if (clientId != null) {
                allowed = allowed.withClientId(name(claims, clientId));
            }
            if (tenant != null) {
                allowed = allowed.withTenant(new Tenant(name(claims, tenant)));
            }
            return end == null ? allowed : allowed.withValidUntil(end);
        } catch (IllegalArgumentException e) {
            return AuthenticationResult.denied(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "the token " + e.getMessage());
        }
    }

    /** Until when the token lets its owner be connected; null for ever. */
    private @Nullable Instant checkTimes(Map<String, Object> claims, long nowEpochMillis) {
        Instant now = Instant.ofEpochMilli(nowEpochMillis);
        Instant begin = time(claims, "nbf");
        if (begin != null && begin.minus(skew).isAfter(now)) {
            throw new IllegalArgumentException("is not valid yet");
        }
        time(claims, "iat");
        Instant end = time(claims, "exp");
        if (end == null) {
            if (needsExpiry) {
                throw new IllegalArgumentException("has no exp");
            }
            return null;
        }
        Instant last = end.plus(skew);
        if (!last.isAfter(now)) {
            throw new IllegalArgumentException("has expired");
        }
        return last;
    }

    /** A NumericDate, of which parts of seconds count; null when it is not there. */
    private static @Nullable Instant time(Map<String, Object> claims, String name) {
        Object value = claims.get(name);
        if (value == null && !claims.containsKey(name)) {
            return null;
        }
        if (!(value instanceof Number number)) {
            throw new IllegalArgumentException("has a time that is no number: " + name);
        }
        double seconds = number.doubleValue();
        if (!(seconds >= 0 && seconds <= MAX_SECONDS)) {
            throw new IllegalArgumentException("has a time out of range, which is the years 1970 to 9999: " + name);
        }
        return Instant.ofEpochMilli((long) (seconds * 1000));
    }

    private void checkOrigin(Map<String, Object> claims) {
        if (issuer != null && !issuer.equals(claims.get("iss"))) {
            throw new IllegalArgumentException("is of another issuer");
        }
        if (!audiences.isEmpty() && audiences.stream().noneMatch(each -> has(claims.get("aud"), each))) {
            throw new IllegalArgumentException("is for another audience");
        }
        required.forEach((name, text) -> {
            if (!has(claims.get(name), text)) {
                throw new IllegalArgumentException("has not the " + name + " that it must have");
            }
        });
    }

    private static boolean has(@Nullable Object claim, String text) {
        return claim instanceof Collection<?> list ? list.stream().anyMatch(each -> is(each, text)) : is(claim, text);
    }

    private static boolean is(@Nullable Object value, String text) {
        return value instanceof String || value instanceof Boolean || value instanceof Long
                ? String.valueOf(value).equals(text)
                : false;
    }

    private static String name(Map<String, Object> claims, String claim) {
        if (!(claims.get(claim) instanceof String text)
                || text.isBlank()
                || text.codePoints().anyMatch(CertificateNames::isNoText)
                || text.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException("has no " + claim + " that could be a name");
        }
        return text;
    }

    private Map<String, String> noted(Map<String, Object> claims) {
        Map<String, String> noted = new HashMap<>();
        for (String each : attributes) {
            Object value = claims.get(each);
            boolean plain = value instanceof String || value instanceof Boolean || value instanceof Long;
            if (plain && CertificateNames.isSafe(String.valueOf(value))) {
                String text = String.valueOf(value);
                if (text.length() > MAX_ATTRIBUTE_CHARACTERS) {
                    throw new IllegalArgumentException("has a longer " + each + " than can be noted");
                }
                noted.put(ATTRIBUTE + each, text);
            }
        }
        if (acl != null && claims.get(acl) != null) {
            noted.putAll(TokenAcl.attributes(claims.get(acl)));
        }
        return noted;
    }

    static Set<String> algorithmsOf(List<String> names, Set<String> possible) {
        for (String each : names) {
            if (!possible.contains(each)) {
                throw new IllegalArgumentException(
                        "algorithm must be one of " + String.join(", ", possible) + ": algorithm=" + each);
            }
        }
        if (names.isEmpty()) {
            throw new IllegalArgumentException("algorithms must not be none");
        }
        return Set.copyOf(names);
    }
}
