package io.maxmq.core.transport;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Incremental reader of the PROXY protocol header, version 1 (text) or 2 (binary), which precedes all bytes of the
 * client. Accepts any split of the bytes. Holds at most 4 KiB. Not thread-safe.
 */
final class ProxyHeader {
    private static final byte[] SIGNATURE_2 = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};
    private static final byte[] SIGNATURE_1 = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_BYTES_1 = 107;
    private static final int FIXED_BYTES_2 = 16;
    private static final int MAX_BYTES_2 = 4096;

    private static final int LOCAL = 0x20;
    private static final int PROXY = 0x21;
    private static final int TCP_OVER_IPV4 = 0x11;
    private static final int TCP_OVER_IPV6 = 0x21;
    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;

    /** Reports an invalid header. Has no stack trace, because bad input is normal. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1;

        MalformedException(String message) {
            super(message, null, false, false);
        }
    }

    private byte[] header = new byte[MAX_BYTES_1 + 1];
    private int length;
    private boolean done;
    private @Nullable InetSocketAddress source;

    /**
     * Consumes the bytes of the header and leaves the bytes behind it.
     *
     * @return true if the header is complete
     */
    boolean read(ByteBuf bytes) throws MalformedException {
        while (!done && bytes.isReadable()) {
            if (length == header.length) {
                header = Arrays.copyOf(header, Math.min(MAX_BYTES_2, 2 * length));
            }
            header[length++] = bytes.readByte();
            if (begins(SIGNATURE_2)) {
                done = isComplete2();
            } else if (begins(SIGNATURE_1)) {
                done = isComplete1();
            } else {
                throw new MalformedException("no PROXY header");
            }
        }
        return done;
    }

    private boolean begins(byte[] signature) {
        int compared = Math.min(length, signature.length);
        return Arrays.equals(header, 0, compared, signature, 0, compared);
    }

    /** Address of the proxy's client; null if the proxy speaks for itself or names no address. */
    @Nullable
    InetSocketAddress source() {
        return source;
    }

    // ---- version 1

    private boolean isComplete1() throws MalformedException {
        if (header[length - 1] != '\n') {
            if (length == MAX_BYTES_1) {
                throw new MalformedException("PROXY line too long");
            }
            return false;
        }
        if (length < SIGNATURE_1.length + 2 || header[length - 2] != '\r') {
            throw new MalformedException("PROXY line without CR");
        }
        String line = new String(header, 0, length - 2, StandardCharsets.ISO_8859_1);
        String[] parts = line.split(" ", -1);
        if (parts[1].equals("UNKNOWN")) {
            return true;
        }
        boolean ipv4 = parts[1].equals("TCP4");
        if (parts.length != 6 || !ipv4 && !parts[1].equals("TCP6")) {
            throw new MalformedException("PROXY line is invalid");
        }
        source = new InetSocketAddress(address(parts[2], ipv4), port(parts[4]));
        address(parts[3], ipv4);
        port(parts[5]);
        return true;
    }

    private static InetAddress address(String text, boolean ipv4) throws MalformedException {
        InetAddress address = IpLiteral.parse(text);
        if (address == null || text.contains(":") == ipv4) {
            throw new MalformedException("PROXY line with an invalid address");
        }
        return address;
    }

    private static int port(String text) throws MalformedException {
        if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new MalformedException("PROXY line with an invalid port");
        }
        int port = Integer.parseInt(text);
        if (port > 0xFFFF) {
            throw new MalformedException("PROXY line with an invalid port");
        }
        return port;
    }

    // ---- version 2

    private boolean isComplete2() throws MalformedException {
        if (length < FIXED_BYTES_2) {
            return false;
        }
        int command = header[12] & 0xFF;
        int family = header[13] & 0xFF;
        int total = FIXED_BYTES_2 + number(14);
        if (command != LOCAL && command != PROXY || total > MAX_BYTES_2) {
            throw new MalformedException("PROXY header too long, or with an unknown version or command");
        }
        if (length < total) {
            return false;
        }
        if (command == PROXY && family == TCP_OVER_IPV4) {
            source = address2(IPV4_BYTES, total);
        } else if (command == PROXY && family == TCP_OVER_IPV6) {
            source = address2(IPV6_BYTES, total);
        }
        return true;
    }

    private InetSocketAddress address2(int bytes, int total) throws MalformedException {
        if (total < FIXED_BYTES_2 + 2 * bytes + 4) {
            throw new MalformedException("PROXY header too short for its addresses");
        }
        try {
            InetAddress address =
                    InetAddress.getByAddress(Arrays.copyOfRange(header, FIXED_BYTES_2, FIXED_BYTES_2 + bytes));
            return new InetSocketAddress(address, number(FIXED_BYTES_2 + 2 * bytes));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // thrown only for another length
        }
    }

    private int number(int at) {
        return (header[at] & 0xFF) << 8 | header[at + 1] & 0xFF;
    }
}
