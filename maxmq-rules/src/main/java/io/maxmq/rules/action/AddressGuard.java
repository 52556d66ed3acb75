package io.maxmq.rules.action;

import io.maxmq.spi.Cidr;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
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

    /** One to four numbers, of which the JDK makes an address without DNS: {@code 169.254.169.254}, {@code 2852039166}. */
    private static final Pattern NUMBERS = Pattern.compile("\\d{1,10}(\\.\\d{1,10}){0,3}");

    private static final int BITS_PER_NUMBER = 8;
    private static final int IPV4_BITS = 32;

    private final Set<String> hosts;
    private final List<Cidr> networks;

    /**
     * A guard.
     *
     *
     * @param hosts that are allowed with any address, in lower case
     *
     * @param networks that are allowed beside the public ones
     */
    AddressGuard(Set<String> hosts, List<Cidr> networks) {
        this.hosts = Set.copyOf(hosts);
        this.networks = List.copyOf(networks);
    }

    /** Why this host may not be reached; null when it may. Looks it up, so it blocks. */
    @Nullable
    String problem(String host) {
        String plain = plain(host);
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

    /** As {@link #problem}, of a host that is written as an address; null for a name. Looks nothing up. */
    @Nullable
    String literalProblem(String host) {
        return isLiteral(plain(host)) ? problem(host) : null;
    }

    private static String plain(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static boolean isLiteral(String host) {
        if (host.indexOf(':') >= 0) {
            return true;
        }
        if (!NUMBERS.matcher(host).matches()) {
            return false;
        }
        String[] numbers = host.split("\\.");
        for (int i = 0; i < numbers.length; i++) {
            int bits = i < numbers.length - 1 ? BITS_PER_NUMBER : IPV4_BITS - BITS_PER_NUMBER * (numbers.length - 1);
            if (Long.parseLong(numbers[i]) >= 1L << bits) {
                return false; // the JDK takes it for a name
            }
        }
        return true;
    }

    private boolean isDenied(InetAddress address) {
        return networks.stream().noneMatch(each -> each.contains(address))
                && DENIED.stream().anyMatch(each -> each.contains(address));
    }
}
