package io.maxmq.config;

import io.maxmq.codec.Utf8;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks of settings. Each throws {@link IllegalArgumentException} with the field's name and value. */
final class SettingChecks {

    private static final Duration MAX_KEEP_ALIVE = Duration.ofSeconds(0xFFFF);

    /** The longest duration whose nanoseconds fit a long: 292 years. */
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

    private static final int MAX_TEMPLATE_BYTES = 1024;
    private static final List<String> PLACEHOLDERS = List.of("${clientid}", "${username}", "${tenant}");

    private static final List<String> RESERVED = List.of("$SYS", "$share", "$exclusive", "$delayed");

    private SettingChecks() {}

    /** Both ends included. */
    static void range(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " must be " + min + ".." + max + ": " + name + "=" + value);
        }
    }

    static void positive(String name, Duration value) {
        if (value.isZero() || value.isNegative() || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(name + " must be positive: " + name + "=" + value);
        }
    }

    static void notNegative(String name, Duration value) {
        if (value.isNegative() || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(name + " must be 0 or more: " + name + "=" + value);
        }
    }

    static void zeroOrSeconds(String name, Duration value) {
        notNegative(name, value);
        if (!value.isZero() && value.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException(name + " must be 0 or at least 1 s: " + name + "=" + value);
        }
    }

    static void keepAlive(String name, Duration value) {
        if (value.compareTo(Duration.ofSeconds(1)) < 0 || value.compareTo(MAX_KEEP_ALIVE) > 0) {
            throw new IllegalArgumentException(name + " must be 1 s..65535 s: " + name + "=" + value);
        }
    }

    static void name(String field, String value) {
        boolean good = !value.isEmpty() && value.length() <= 64;
        for (int i = 0; good && i < value.length(); i++) {
            char c = value.charAt(i);
            good = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '.'
                    || c == '_'
                    || c == '-';
        }
        if (!good) {
            throw new IllegalArgumentException(
                    field + " must be 1..64 characters out of a-z A-Z 0-9 . _ -: " + field + "=" + value);
        }
    }

    /** Checks the settings that all listeners on a port have. */
    static void tcp(String name, String host, int port, int backlog, int maxConnections) {
        accepting(name, backlog, maxConnections);
        if (host.isEmpty()) {
            throw new IllegalArgumentException("host must not be empty: listener=" + name);
        }
        range("port", port, 0, 65_535);
    }

    /** Checks the settings that all listeners have. */
    static void accepting(String name, int backlog, int maxConnections) {
        name("name", name);
        range("backlog", backlog, 1, 65_535);
        range("maxConnections", maxConnections, 1, Integer.MAX_VALUE);
    }

    /** Checks a text for clients with placeholders {@code ${...}} for values of the client. */
    static void template(String field, String value) {
        if (value.isEmpty()) {
            return;
        }
        if (Utf8.encodedLength(value) < 0 || Utf8.encodedLength(value) > MAX_TEMPLATE_BYTES) {
            throw new IllegalArgumentException(field + " must be at most " + MAX_TEMPLATE_BYTES
                    + " bytes of UTF-8 without U+0000: " + field + "=" + Utf8.quote(value));
        }
        for (int at = value.indexOf("${"); at >= 0; at = value.indexOf("${", at + 1)) {
            int from = at;
            if (PLACEHOLDERS.stream().noneMatch(each -> value.startsWith(each, from))) {
                throw new IllegalArgumentException(field + " may have " + String.join(", ", PLACEHOLDERS)
                        + " and no other placeholder: " + field + "=" + Utf8.quote(value));
            }
        }
    }

    /** Checks the first level of topics that clients may publish to. */
    static void dollarLevel(String field, String value) {
        boolean good = value.length() > 1 && value.startsWith("$") && Utf8.encodedLength(value) > 0;
        for (int i = 0; good && i < value.length(); i++) {
            good = "/+#".indexOf(value.charAt(i)) < 0;
        }
        if (!good || RESERVED.contains(value)) {
            throw new IllegalArgumentException(field
                    + " must be topic levels that begin with $, except " + String.join(", ", RESERVED) + ": "
                    + field + "="
                    + Utf8.quote(value));
        }
    }

    static void distinctNames(List<Listener> listeners) {
        Set<String> seen = new HashSet<>();
        for (Listener listener : listeners) {
            if (!seen.add(listener.name())) {
                throw new IllegalArgumentException(
                        "listeners must have different names, set one with withName: name=" + listener.name());
            }
        }
    }
}
