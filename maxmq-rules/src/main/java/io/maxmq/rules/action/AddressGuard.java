package io.maxmq.rules.action;

import io.maxmq.spi.Cidr;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps rules from reaching what is near the broker and trusts its neighbours: its own machine, private networks, and the addresses at
 * which clouds hand out credentials. Immutable.
 */
final class AddressGuard {
    private static final List<Cidr> DENIED = List.of(
            Cidr.parse("0.0.0.0/8"),
            Cidr.parse("10.0.0.0/8"),
            Cidr.parse("100.64.0.0/10"),
            Cidr.parse("127.0.0.0/8"),
            Cidr.parse("169.254.0.0/16"),
            Cidr.parse("172.16.0.0/12"),
            Cidr.parse("192.0.0.0/24"),
            Cidr.parse("192.168.0.0/16"),
            Cidr.parse("198.18.0.0/15"),
            Cidr.parse("224.0.0.0/3"),
            Cidr.parse("::/127"),
            Cidr.parse("64:ff9b::/96"),
            Cidr.parse("2002::/16"),
            Cidr.parse("fc00::/7"),
            Cidr.parse("fe80::/10"),
            Cidr.parse("ff00::/8"));

    private final Set<String> hosts;
    private final List<Cidr> networks;

    /**
     * A guard.
     *
     * @param hosts that are allowed whatever their addresses, in lower case
     * @param networks that are allowed beside the public ones
     */
    AddressGuard(Set<String> hosts, List<Cidr> networks) {
        this.hosts = Set.copyOf(hosts);
        this.networks = List.copyOf(networks);
    }

    /** Why this host may not be reached; null when it may. Looks it up, so it blocks. */
    @Nullable
    String problem(String host) {
        String plain = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        if (hosts.contains(plain.toLowerCase(Locale.ROOT))) {
            return null;
        }
        try {
            for (InetAddress each : InetAddress.getAllByName(plain)) {
                if (isDenied(each)) {
                    return host + " has the address " + each.getHostAddress() + ", which is not allowed: see allow";
                }
            }
            return null;
        } catch (UnknownHostException e) {
            return null; // the request fails by itself, and may be tried again
        }
    }

    private boolean isDenied(InetAddress address) {
        return networks.stream().noneMatch(each -> each.contains(address))
                && DENIED.stream().anyMatch(each -> each.contains(address));
    }
}
