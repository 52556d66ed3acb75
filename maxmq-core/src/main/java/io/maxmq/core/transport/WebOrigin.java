package io.maxmq.core.transport;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Origin of a page or a request: scheme, host and port (RFC 6454 §4), in lower case, with the default port of the
 * scheme. Immutable.
 *
 * @param host a name, an IPv4 address, or an IPv6 address in brackets
 */
record WebOrigin(String scheme, String host, int port) {
    private static final String AUTHORITY = "(\\[[0-9A-Fa-f:.]{2,45}\\]|[A-Za-z0-9._-]{1,255})(?::(\\d{1,5}))?";
    private static final Pattern ORIGIN = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]{0,20})://" + AUTHORITY);
    private static final Pattern HOST = Pattern.compile(AUTHORITY);

    /** Parses the field {@code Origin}; null for the value {@code null} and for an invalid origin. */
    static @Nullable WebOrigin parse(String text) {
        Matcher matcher = ORIGIN.matcher(text);
        return matcher.matches() ? of(matcher.group(1), matcher.group(2), matcher.group(3)) : null;
    }

    /** Combines a scheme and a field {@code Host}; null if the field is invalid. */
    static @Nullable WebOrigin of(String scheme, String authority) {
        Matcher matcher = HOST.matcher(authority);
        return matcher.matches() ? of(scheme, matcher.group(1), matcher.group(2)) : null;
    }

    private static WebOrigin of(String scheme, String host, @Nullable String port) {
        String lower = scheme.toLowerCase(Locale.ROOT);
        int number = switch (lower) {
            case "http", "ws" -> 80;
            case "https", "wss" -> 443;
            default -> -1;
        };
        return new WebOrigin(lower, host.toLowerCase(Locale.ROOT), port == null ? number : Integer.parseInt(port));
    }

    /** True if the host resolves without DNS: an address, or {@code localhost}, which browsers resolve themselves. */
    boolean isFixed() {
        String address = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return host.equals("localhost") || IpLiteral.parse(address) != null;
    }
}
