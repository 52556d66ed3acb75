package io.maxmq.auth;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * Addresses that begin with the same bits: {@code 10.0.0.0/8}, {@code fe80::/10}, or one address. An IPv4 address is the same when
 * it is written as IPv6 ({@code ::ffff:10.0.0.1}). Immutable.
 */
final class AddressRange {
    /** What an address is made of, so that no host name is looked up. */
    private static final Pattern LITERAL = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

    private final String text;
    private final byte[] start;
    private final int bits;

    private AddressRange(String text, byte[] start, int bits) {
        this.text = text;
        this.start = start;
        this.bits = bits;
    }

    /** @throws IllegalArgumentException when it is none, or has bits behind those that count */
    static AddressRange of(String text) {
        int slash = text.indexOf('/');
        byte[] address = addressOf(slash < 0 ? text : text.substring(0, slash), text);
        int bits = slash < 0 ? address.length * 8 : bitsOf(text.substring(slash + 1), address.length * 8, text);
        for (int i = bits; i < address.length * 8; i++) {
            if ((address[i / 8] >> (7 - i % 8) & 1) != 0) {
                throw new IllegalArgumentException(
                        "an address range must end in zeros behind its /" + bits + ": address=" + text);
            }
        }
        return new AddressRange(text, address, bits);
    }

    private static byte[] addressOf(String address, String text) {
        try {
            if (LITERAL.matcher(address).matches()) {
                return InetAddress.getByName(address).getAddress();
            }
        } catch (UnknownHostException e) {
            // Said below.
        }
        throw new IllegalArgumentException("address must be an IP address or ADDRESS/BITS: address=" + text);
    }

    private static int bitsOf(String number, int max, String text) {
        int bits = number.matches("[0-9]{1,3}") ? Integer.parseInt(number) : max + 1;
        if (bits > max) {
            throw new IllegalArgumentException(
                    "address must be ADDRESS/BITS with 0.." + max + " bits: address=" + text);
        }
        return bits;
    }

    /** False for what is no IP address. */
    boolean contains(SocketAddress client) {
        InetAddress address = client instanceof InetSocketAddress ip ? ip.getAddress() : null;
        byte[] bytes = address == null ? null : address.getAddress();
        if (bytes == null || bytes.length != start.length) {
            return false;
        }
        int whole = bits / 8;
        for (int i = 0; i < whole; i++) {
            if (bytes[i] != start[i]) {
                return false;
            }
        }
        int rest = bits % 8;
        return rest == 0 || (bytes[whole] ^ start[whole]) >> (8 - rest) == 0;
    }

    @Override
    public String toString() {
        return text;
    }
}
