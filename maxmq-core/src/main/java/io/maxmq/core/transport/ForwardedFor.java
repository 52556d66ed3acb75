package io.maxmq.core.transport;

import io.maxmq.spi.Cidr;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whom an HTTP proxy speaks for, by the field {@code X-Forwarded-For} of a request. Each proxy on the way has added at its end the address
 * that it was connected to from, so that what stands in front of the last address that is no proxy's may be invented, and is not looked at.
 * Immutable.
 */
final class ForwardedFor {
    private static final String FIELD = "x-forwarded-for";

    /** An address, which in IPv6 may be in brackets, and must be with a port behind it. */
    private static final Pattern HOP = Pattern.compile("(?:\\[([^\\]]*:[^\\]]*)\\]|([^:\\[]*))(?::\\d{1,5})?");

    /** An IPv6 address with all its digits, in brackets, and a port. More is not looked at, as the pattern would take its time. */
    private static final int MAX_HOP_LENGTH = 64;

    private final List<Cidr> forwarders;

    /** @param forwarders where those are that are believed */
    ForwardedFor(List<Cidr> forwarders) {
        this.forwarders = forwarders;
    }

    /** Whether who is there is believed. */
    boolean believes(@Nullable SocketAddress remote) {
        return remote != null && forwarders.stream().anyMatch(each -> each.contains(remote));
    }

    private boolean believes(InetAddress address) {
        return forwarders.stream().anyMatch(each -> each.contains(address));
    }

    /**
     * The client of a request by one that is believed: the last address that is not itself believed; the first one when all are; null when
     * there is none.
     *
     * @throws HttpRequestHead.MalformedException when something else than an address is behind it
     */
    @Nullable
    InetAddress clientOf(HttpRequestHead request) throws HttpRequestHead.MalformedException {
        List<String> hops = request.listed(FIELD);
        InetAddress client = null;
        for (int i = hops.size() - 1; i >= 0 && (client == null || believes(client)); i--) {
            client = address(hops.get(i));
            if (client == null) {
                throw new HttpRequestHead.MalformedException("X-Forwarded-For with something else than addresses");
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
            return IpLiteral.parse(hop); // IPv6 as it is, or nothing
        }
        String bracketed = matcher.group(1);
        return IpLiteral.parse(bracketed == null ? matcher.group(2) : bracketed);
    }
}
