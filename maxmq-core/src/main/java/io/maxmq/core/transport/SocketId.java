package io.maxmq.core.transport;

import io.netty.channel.ChannelId;
import java.util.concurrent.ThreadLocalRandom;

/** Channel id that distinguishes channels in Netty's log. Immutable. */
final class SocketId implements ChannelId {
    private static final long serialVersionUID = 1;

    private final long value = ThreadLocalRandom.current().nextLong();

    @Override
    public String asShortText() {
        return Integer.toHexString((int) value);
    }

    @Override
    public String asLongText() {
        return Long.toHexString(value);
    }

    @Override
    public int compareTo(ChannelId other) {
        return other instanceof SocketId id
                ? Long.compare(value, id.value)
                : asLongText().compareTo(other.asLongText());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SocketId id && id.value == value;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(value);
    }

    @Override
    public String toString() {
        return asShortText();
    }
}
