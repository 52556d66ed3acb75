package io.maxmq.core.transport;

import io.maxmq.spi.Cidr;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the client of an HTTP proxy by the request field {@code X-Forwarded-For}. Each proxy appends the address of
 * its own peer, so any entry before the last address that is not a trusted proxy may be forged and is ignored.
 * Immutable.
 */
final class ForwardedFor {
    private static final String FIELD = "x-forwarded-for";

    /**
     * An address, optionally followed by a port. An IPv6 address may be in brackets and must be when a port follows.
     */
    private static final Pattern HOP = Pattern.compile("(?:\\[([^\\]]*:[^\\]]*)\\]|([^:\\[]*))(?::\\d{1,5})?");

    /**
     * Length of a full IPv6 address in brackets with a port. Longer entries are rejected, because the pattern would
     * take too long to match.
     */
    private static final int MAX_HOP_LENGTH = 64;

    private final List<Cidr> forwarders;

    /** @param forwarders address ranges of the trusted proxies */
    ForwardedFor(List<Cidr> forwarders) {
        this.forwarders = forwarders;
    }

    /** True if this address belongs to a trusted proxy. */
    boolean believes(@Nullable SocketAddress remote) {
        return remote != null && forwarders.stream().anyMatch(each -> each.contains(remote));
    }

    private boolean believes(InetAddress address) {
        return forwarders.stream().anyMatch(each -> each.contains(address));
    }

    /**
     * Returns the client of a request from a trusted proxy: the last address that is not itself a trusted proxy, or the
     * first address if all are trusted; null without the field.
     *
     * @throws HttpRequestHead.MalformedException if a relevant entry is not an address
     */
    @Nullable
    InetAddress clientOf(HttpRequestHead request) throws HttpRequestHead.MalformedException {
        List<String> hops = request.listed(FIELD);
        InetAddress client = null;
        for (int i = hops.size() - 1; i >= 0 && (client == null || believes(client)); i--) {
            client = address(hops.get(i));
            if (client == null) {
                throw new HttpRequestHead.MalformedException(
                        "X-Forwarded-For contains an entry that is not an address");
            }
        }
        return client;
    }

    private static @Nullable InetAddress address(String hop) {
        if (hop.length() > MAX_HOP_LENGTH) {
            return null;
        }
        Matcher matcher = HOP.matcher(hop);
        if (!matcher.matches()) {
            return IpLiteral.parse(hop); // a plain IPv6 address, or invalid
        }
        String bracketed = matcher.group(1);
        return IpLiteral.parse(bracketed == null ? matcher.group(2) : bracketed);
    }
}
