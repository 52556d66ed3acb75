package io.maxmq.core.connection;

/**
 * Minimum rate of an incomplete packet: {@value #MIN_BYTES_PER_SECOND} bytes per second since the last check. So a large packet
 * on a slow link gets the time that it needs, and a client that sends byte after byte does not.
 *
 * <p>Runs on the connection's loop. Not thread-safe.
 */
final class PacketProgress {
    static final long MIN_BYTES_PER_SECOND = 1024;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private int packet;
    private int bytes;

    /**
     * Checks the received part of a packet.
     *
     * @param currentPacket its number on this connection
     * @param bytesNow how much of it there is
     * @param nanos since the last look, or since the packet was begun
     */
    boolean isEnough(int currentPacket, int bytesNow, long nanos) {
        int more = currentPacket == packet ? bytesNow - bytes : bytesNow;
        packet = currentPacket;
        bytes = bytesNow;
        return more
                        >= nanos / NANOS_PER_SECOND * MIN_BYTES_PER_SECOND
                                + nanos % NANOS_PER_SECOND * MIN_BYTES_PER_SECOND / NANOS_PER_SECOND
                && more > 0;
    }
}
