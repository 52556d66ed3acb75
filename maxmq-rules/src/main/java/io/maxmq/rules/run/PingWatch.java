package io.maxmq.rules.run;

import io.maxmq.codec.PacketType;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.PacketInterceptor;
import io.maxmq.spi.intercept.RawPacket;
import org.jspecify.annotations.Nullable;

/** Tells rules of each PINGREQ. On the event loop of the connection. */
final class PingWatch implements PacketInterceptor {
    /** Null before the start. */
    volatile @Nullable Sources sources;

    @Override
    public String name() {
        return "rules-pings";
    }

    @Override
    public boolean wants(PacketType type, Direction direction) {
        return type == PacketType.PINGREQ && direction == Direction.READ;
    }

    @Override
    public Decision.OfPacket<RawPacket> onRead(RawPacket packet) {
        Sources present = sources;
        if (present != null) {
            packet.client().ifPresent(present::ping);
        }
        return Decision.proceed();
    }
}
