package io.maxmq.spi;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of IP addresses that share a prefix: {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or one address alone. Nothing is ever looked up in
 * DNS. An IPv4 address that is written as IPv6 ({@code ::ffff:10.0.0.1}) is the IPv4 address. Immutable.
 *
 * @since 0.1.0
 */
@Stable
public final class Cidr {
    private static final Pattern IPV4 = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");
    private static final int IPV4_BITS = 32;
    private static final int HALF_BITS = 64;

    private final boolean ipv4;

    /** The first 64 bits, those behind the prefix 0; of an IPv4 address 32, on the right. */
    private final long high;

    private final long low;
    private final int prefix;

    private Cidr(boolean ipv4, long high, long low, int prefix) {
        this.ipv4 = ipv4;
        this.prefix = prefix;
        this.high = ipv4 ? high & mask(prefix, IPV4_BITS) : high & mask(Math.min(prefix, HALF_BITS), HALF_BITS);
        this.low = ipv4 ? 0 : low & mask(Math.max(0, prefix - HALF_BITS), HALF_BITS);
    }

    private static long mask(int ones, int bits) {
        return ones == 0 ? 0 : -1L << bits - ones;
    }

    /**
     * Reads {@code ADDRESS/PREFIX}, or an address. Bits behind the prefix count as 0.
     *
     * @throws IllegalArgumentException when the text is neither; the message contains it
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = literal(slash < 0 ? text : text.substring(0, slash), text);
        int bits = bits(address);
        if (slash < 0) {
            return of(address, bits);
        }
        String prefix = text.substring(slash + 1);
        if (!prefix.matches("\\d{1,3}") || Integer.parseInt(prefix) > bits) {
            throw new IllegalArgumentException("prefix must be 0.." + bits + ": " + text);
        }
        return of(address, Integer.parseInt(prefix));
    }

    private static InetAddress literal(String address, String text) {
        Matcher ipv4 = IPV4.matcher(address);
        boolean plausible = ipv4.matches() || IPV6.matcher(address).matches();
        for (int i = 1; ipv4.matches() && i <= ipv4.groupCount(); i++) {
            plausible &= Integer.parseInt(ipv4.group(i)) <= 255;
        }
        if (plausible) {
            try {
                return InetAddress.getByName(address); // a literal: nothing is looked up
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException("not an address: " + text, e);
            }
        }
        throw new IllegalArgumentException("not an address: " + text);
    }

    /**
     * All addresses that begin like this one.
     *
     * @param prefix bits, 0..32 or 0..128
     */
    public static Cidr of(InetAddress address, int prefix) {
        int bits = bits(address);
        if (prefix < 0 || prefix > bits) {
            throw new IllegalArgumentException("prefix must be 0.." + bits + ": prefix=" + prefix);
        }
        byte[] bytes = address.getAddress();
        return bits == IPV4_BITS
                ? new Cidr(true, number(bytes, 0, 4), 0, prefix)
                : new Cidr(false, number(bytes, 0, 8), number(bytes, 8, 16), prefix);
    }

    private static int bits(InetAddress address) {
        return address instanceof Inet4Address ? IPV4_BITS : 2 * HALF_BITS;
    }

    private static long number(byte[] bytes, int from, int to) {
        long number = 0;
        for (int i = from; i < to; i++) {
            number = number << 8 | bytes[i] & 0xFF;
        }
        return number;
    }

    /** Returns whether the range contains the address; false for an address of the other version. */
    public boolean contains(InetAddress address) {
        return address instanceof Inet4Address == ipv4 && equals(of(address, prefix));
    }

    /** Returns whether the range contains a socket's address; false for an address without an IP address. */
    public boolean contains(SocketAddress address) {
        return address instanceof InetSocketAddress inet && inet.getAddress() != null && contains(inet.getAddress());
    }

    /** Returns whether these are IPv4 addresses. */
    public boolean isIpv4() {
        return ipv4;
    }

    /** Returns the length of the prefix in bits, 0..32 or 0..128. */
    public int prefix() {
        return prefix;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Cidr that
                && ipv4 == that.ipv4
                && prefix == that.prefix
                && high == that.high
                && low == that.low;
    }

    @Override
    public int hashCode() {
        long mixed = (high * 0x9E37_79B9_7F4A_7C15L) ^ low;
        return (Long.hashCode(mixed * 0x9E37_79B9_7F4A_7C15L) * 31 + prefix) * 31 + Boolean.hashCode(ipv4);
    }

    /** The form that {@link #parse} reads, always with the prefix. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        if (ipv4) {
            for (int shift = 24; shift >= 0; shift -= 8) {
                text.append(high >>> shift & 0xFF).append(shift == 0 ? "" : ".");
            }
        } else {
            for (int i = 0; i < 8; i++) {
                long half = i < 4 ? high : low;
                text.append(i == 0 ? "" : ":").append(Long.toHexString(half >>> (3 - i % 4) * 16 & 0xFFFF));
            }
        }
        return text.append('/').append(prefix).toString();
    }
}
