package io.maxmq.auth;

import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.AuthenticationResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an HTTP service has answered. Immutable.
 *
 * @param ttl for how long the same answer would be given; zero when it is not to be remembered
 */
record HttpAuthResponse(AuthenticationResult result, Duration ttl) {
    private static final int MAX_NAME_BYTES = 65_535;
    private static final int MAX_ATTRIBUTES = 64;
    private static final int MAX_ATTRIBUTE_CHARACTERS = 4096;

    /** Attributes of the client that come from the service begin so. */
    private static final String ATTRIBUTE = "http.";

    /** The end of the year 9999. */
    private static final double MAX_SECONDS = 253_402_300_799.0;

    /**
     * Reads a JSON object.
     *
     * @param ttl of an answer that names none
     * @throws IllegalArgumentException when it cannot be understood
     */
    static HttpAuthResponse parse(String json, Duration ttl, Duration longestTtl) {
        if (!(JsonText.parse(json) instanceof Map<?, ?> answer)) {
            throw new IllegalArgumentException("the answer is no JSON object");
        }
        Object result = answer.get("result");
        if ("allow".equals(result)) {
            Double seconds = number(answer, "ttl");
            Duration time = seconds == null
                    ? ttl
                    : Duration.ofMillis((long) (Math.min(seconds, longestTtl.toSeconds()) * 1000));
            return new HttpAuthResponse(allowed(answer), time);
        }
        if ("deny".equals(result)) {
            return new HttpAuthResponse(AuthenticationResult.denied(), Duration.ZERO);
        }
        if ("ignore".equals(result)) {
            return new HttpAuthResponse(AuthenticationResult.next(), Duration.ZERO);
        }
        throw new IllegalArgumentException("the answer's result is none of allow, deny and ignore");
    }

    private static AuthenticationResult allowed(Map<?, ?> answer) {
        AuthenticationResult.Allowed allowed = AuthenticationResult.allowed();
        String username = name(answer, "username");
        if (username != null) {
            allowed = allowed.withUsername(username);
        } else if (isAnonymous(answer)) {
            allowed = allowed.withoutUsername();
        }
        String clientId = name(answer, "clientId");
        if (clientId != null) {
            allowed = allowed.withClientId(clientId);
        }
        String tenant = name(answer, "tenant");
        if (tenant != null) {
            allowed = allowed.withTenant(new Tenant(tenant));
        }
        Double expires = number(answer, "expires");
        if (expires != null) {
            if (expires > MAX_SECONDS) {
                throw new IllegalArgumentException("the answer's expires is later than the year 9999");
            }
            allowed = allowed.withValidUntil(Instant.ofEpochMilli((long) (expires * 1000)));
        }
        Map<String, String> attributes = attributes(answer.get("attributes"));
        return attributes.isEmpty() ? allowed : allowed.withAttributes(attributes);
    }

    private static boolean isAnonymous(Map<?, ?> answer) {
        Object value = answer.get("anonymous");
        if (value != null && !(value instanceof Boolean)) {
            throw new IllegalArgumentException("the answer's anonymous is neither true nor false");
        }
        return Boolean.TRUE.equals(value);
    }

    private static @Nullable String name(Map<?, ?> answer, String field) {
        Object value = answer.get(field);
        if (value == null) {
            return null;
        }
        if (!(value instanceof String text)
                || text.isEmpty()
                || text.codePoints().anyMatch(CertificateNames::isNoText)
                || text.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException("the answer's " + field + " is no name");
        }
        return text;
    }

    private static @Nullable Double number(Map<?, ?> answer, String field) {
        Object value = answer.get(field);
        if (value == null) {
            return null;
        }
        if (!(value instanceof Double number) || !(number >= 0)) {
            throw new IllegalArgumentException("the answer's " + field + " is no number of seconds");
        }
        return number;
    }

    private static Map<String, String> attributes(@Nullable Object value) {
        Map<String, String> attributes = new HashMap<>();
        if (value == null) {
            return attributes;
        }
        if (!(value instanceof Map<?, ?> object) || object.size() > MAX_ATTRIBUTES) {
            throw new IllegalArgumentException("the answer's attributes are no object, or more than " + MAX_ATTRIBUTES);
        }
        object.forEach((name, each) -> {
            if (!(each instanceof String text) || text.length() > MAX_ATTRIBUTE_CHARACTERS) {
                throw new IllegalArgumentException("an attribute of the answer is no text, or too long");
            }
            attributes.put(ATTRIBUTE + name, text);
        });
        return attributes;
    }
}
