package io.maxmq.core.intercept;

import io.maxmq.codec.PacketType;
import io.maxmq.core.access.PluginCalls;
import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.PacketInterceptor;
import io.maxmq.spi.intercept.PacketInterceptor.Direction;
import io.maxmq.spi.intercept.RawPacket;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The interceptors of packets on the wire, by the packet types that each wants. Immutable; runs on the asking loop. */
public final class PacketInterceptors {
    private static final int TYPE_CODES = 16;

    // By type code; null where no interceptor wants the type.
    private final @Nullable ReadChain[] read = new ReadChain[TYPE_CODES];
    private final @Nullable List<PacketInterceptor>[] written;
    private final boolean anyWritten;
    private final PluginCalls calls;

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of lists
    PacketInterceptors(List<PacketInterceptor> all, PluginCalls calls) {
        this.calls = calls;
        this.written = new List[TYPE_CODES];
        boolean any = false;
        for (PacketType type : PacketType.values()) {
            List<PacketInterceptor> readers = wanting(all, type, Direction.READ);
            read[type.code()] = readers.isEmpty() ? null : new ReadChain(readers, calls);
            List<PacketInterceptor> observers = wanting(all, type, Direction.WRITTEN);
            written[type.code()] = observers.isEmpty() ? null : observers;
            any |= !observers.isEmpty();
        }
        this.anyWritten = any;
    }

    private static List<PacketInterceptor> wanting(List<PacketInterceptor> all, PacketType type, Direction direction) {
        return all.stream().filter(each -> each.wants(type, direction)).toList();
    }

    public boolean wantsRead(int typeCode) {
        return read[typeCode] != null;
    }

    public boolean wantsAnyWritten() {
        return anyWritten;
    }

    public boolean wantsWritten(int typeCode) {
        return written[typeCode] != null;
    }

    /** Decides on an inbound packet: proceeds, drops or refuses. */
    public Decision<RawPacket> onRead(RawPacket packet) { // hot: per packet that is wanted
        ReadChain chain = read[packet.type().code()];
        return chain == null ? Decision.proceed() : chain.run(packet, packet);
    }

    /** Shows a packet to all interceptors that want it. */
    public void onWritten(RawPacket packet) { // hot: per packet that is wanted
        List<PacketInterceptor> observers = written[packet.type().code()];
        for (int i = 0; observers != null && i < observers.size(); i++) {
            try {
                observers.get(i).onWritten(packet);
            } catch (Throwable t) { // the embedder's code
                calls.failures().report(observers.get(i).name(), "onWritten", Failure.THREW, t);
            }
        }
    }

    private static final class ReadChain extends Chain<PacketInterceptor, RawPacket, RawPacket> {
        ReadChain(List<PacketInterceptor> interceptors, PluginCalls calls) {
            super(Hook.READ, interceptors, calls);
        }

        @Override
        Decision<RawPacket> ask(PacketInterceptor interceptor, RawPacket about, RawPacket packet) {
            return interceptor.onRead(packet);
        }
    }
}
