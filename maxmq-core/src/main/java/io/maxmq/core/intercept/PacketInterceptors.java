package io.maxmq.core.intercept;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.core.observe.PluginFailures;
import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.intercept.PacketInterceptor;
import io.maxmq.spi.intercept.PacketInterceptor.Decision;
import io.maxmq.spi.intercept.PacketInterceptor.Direction;
import io.maxmq.spi.intercept.RawPacket;
import java.util.List;

/** The interceptors that look at packets as they are on the wire, with the types that each wants. Immutable; runs on the asking loop. */
public final class PacketInterceptors {
    private static final Decision FAILED = Decision.disconnect(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, "");

    private final PacketInterceptor[] interceptors;
    /** A bit per type code, for each interceptor, and for all of them. */
    private final int[] read;

    private final int[] written;
    private int anyRead;
    private int anyWritten;
    private final PluginFailures failures;

    PacketInterceptors(List<PacketInterceptor> all, PluginFailures failures) {
        this.interceptors = all.toArray(new PacketInterceptor[0]);
        this.failures = failures;
        this.read = new int[interceptors.length];
        this.written = new int[interceptors.length];
        for (int i = 0; i < interceptors.length; i++) {
            read[i] = wanted(interceptors[i], Direction.READ);
            written[i] = wanted(interceptors[i], Direction.WRITTEN);
            anyRead |= read[i];
            anyWritten |= written[i];
        }
    }

    private static int wanted(PacketInterceptor interceptor, Direction direction) {
        int types = 0;
        for (PacketType type : PacketType.values()) {
            types |= interceptor.wants(type, direction) ? 1 << type.code() : 0;
        }
        return types;
    }

    public boolean wantsRead(int typeCode) {
        return (anyRead & 1 << typeCode) != 0;
    }

    public boolean wantsAnyWritten() {
        return anyWritten != 0;
    }

    public boolean wantsWritten(int typeCode) {
        return (anyWritten & 1 << typeCode) != 0;
    }

    /** What is to become of a packet: the first answer that is not to proceed. A failure is to disconnect. */
    public Decision onRead(RawPacket packet) {
        int bit = 1 << packet.type().code();
        for (int i = 0; i < interceptors.length; i++) {
            if ((read[i] & bit) == 0) {
                continue;
            }
            Decision decision;
            try {
                decision = interceptors[i].onRead(packet);
            } catch (Throwable t) { // the embedder's code
                failures.report(interceptors[i].name(), "onRead", Failure.THREW, t);
                return FAILED;
            }
            if (decision == null) {
                failures.report(interceptors[i].name(), "onRead", Failure.NULL, null);
                return FAILED;
            }
            if (!(decision instanceof Decision.Proceed)) {
                return decision;
            }
        }
        return Decision.proceed();
    }

    /** Shows a packet to all that want it. */
    public void onWritten(RawPacket packet) {
        int bit = 1 << packet.type().code();
        for (int i = 0; i < interceptors.length; i++) {
            if ((written[i] & bit) != 0) {
                try {
                    interceptors[i].onWritten(packet);
                } catch (Throwable t) { // the embedder's code
                    failures.report(interceptors[i].name(), "onWritten", Failure.THREW, t);
                }
            }
        }
    }
}
