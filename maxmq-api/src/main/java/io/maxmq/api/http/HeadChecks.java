package io.maxmq.api.http;

import io.maxmq.api.call.Problem;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks of a request's head before anything else: its form, {@code Host} against DNS rebinding, {@code Origin} against
 * other sites. Immutable.
 */
final class HeadChecks {
    private static final Pattern LOOPBACK_IPV4 = Pattern.compile("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");

    private static final Pattern MALFORMED_ESCAPE = Pattern.compile("%(?![0-9a-fA-F]{2})");

    private final boolean checksHost;
    private final Set<String> hosts = new HashSet<>();
    private final Set<String> origins;

    /**
     * Creates the checks of one listener.
     *
     * @param address that the listener is bound to; null for a local socket, whose requests any program of the user sends
     */
    HeadChecks(@Nullable InetAddress address, ApiSettings settings) {
        boolean isLoopback = address != null && address.isLoopbackAddress();
        checksHost = isLoopback || address != null && !settings.hosts().isEmpty();
        settings.hosts().forEach(each -> hosts.add(each.toLowerCase(Locale.ROOT)));
        hosts.add(settings.host().toLowerCase(Locale.ROOT));
        origins = Set.copyOf(settings.origins());
    }

    /** @throws Problem when a check fails */
    void check(HttpServerRequest request) {
        String uri = request.uri();
        if (!uri.startsWith("/")) {
            throw Problem.badRequest("invalid-target", "the request target must begin with /");
        }
        if (uri.contains("%00") || uri.indexOf('\0') >= 0) {
            throw Problem.badRequest("invalid-target", "the request target must not contain NUL");
        }
        if (MALFORMED_ESCAPE.matcher(uri).find()) {
            throw Problem.badRequest("invalid-target", "% must be followed by two hexadecimal digits");
        }
        List<String> host = request.headers().getAll(HttpHeaders.HOST);
        if (host.size() != 1) {
            throw Problem.badRequest("invalid-host", "the request must have one header Host: count=" + host.size());
        }
        if (checksHost && !isAllowed(hostName(host.get(0)))) {
            throw Problem.of(421, "host-not-allowed", "Host is not a name of this server; add it to hosts");
        }
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin != null && !isAllowedOrigin(origin) && !origin.equals(request.scheme() + "://" + host.get(0))) {
            throw Problem.of(403, "origin-not-allowed", "Origin may not call this server; add it to origins");
        }
    }

    /** Returns whether pages of this origin may read answers. */
    boolean isAllowedOrigin(String origin) {
        return origins.contains(origin);
    }

    private boolean isAllowed(String name) {
        return name.equals("localhost")
                || name.equals("[::1]")
                || LOOPBACK_IPV4.matcher(name).matches()
                || hosts.contains(name)
                || name.startsWith("[") && hosts.contains(name.substring(1, name.length() - 1));
    }

    /** Without the port. */
    private static String hostName(String authority) {
        String lower = authority.toLowerCase(Locale.ROOT);
        int end = lower.startsWith("[") ? lower.indexOf(']') + 1 : lower.indexOf(':');
        return end <= 0 ? lower : lower.substring(0, end);
    }
}
