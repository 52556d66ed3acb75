package io.maxmq.core.inprocess;

import java.net.SocketAddress;

/** Where the application is, as a client: here. */
final class InProcessAddress extends SocketAddress {
    private static final long serialVersionUID = 1;

    static final InProcessAddress INSTANCE = new InProcessAddress();

    private InProcessAddress() {}

    @Override
    public String toString() {
        return "in-process";
    }
}
