package io.maxmq.rules.event;

import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Addresses as the language has them. Stateless; never resolves a name. */
final class Addresses {
    private Addresses() {}

    /** The address without the port; of other than network addresses the whole. */
    static String host(SocketAddress address) {
        if (address instanceof InetSocketAddress network) {
            return network.getAddress() == null
                    ? network.getHostString()
                    : network.getAddress().getHostAddress();
        }
        return address.toString();
    }

    /** The address with the port. */
    static String name(SocketAddress address) {
        if (address instanceof InetSocketAddress network) {
            String host = host(address);
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + network.getPort();
        }
        return address.toString();
    }
}
