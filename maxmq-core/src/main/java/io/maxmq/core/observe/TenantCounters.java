package io.maxmq.core.observe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What one event loop has counted for one tenant alone: plain numbers that only this loop writes, as {@link LoopCounters} are.
 * {@link #add} runs on the owning loop, {@link #value} on any thread.
 */
@SuppressWarnings("EnumOrdinal") // the slots are not kept anywhere
public final class TenantCounters {
    private static final VarHandle VALUES = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int KINDS = Kind.values().length;

    /** Two loops' numbers share no cache line. */
    private static final int PADDING = 16;

    /** What is counted. */
    public enum Kind {
        /** Clients that are connected. */
        CLIENTS,
        /** Sessions, of clients that are connected and of those that are not. */
        SESSIONS,
        /** PUBLISH packets received. */
        RECEIVED,
        /** PUBLISH packets sent. */
        SENT
    }

    private final long[] values = new long[KINDS + PADDING];

    private TenantCounters() {}

    /** One for each loop, all zero. */
    public static TenantCounters[] ofLoops(int loops) {
        TenantCounters[] all = new TenantCounters[loops];
        for (int i = 0; i < loops; i++) {
            all[i] = new TenantCounters();
        }
        return all;
    }

    /** Adds {@code change}, which is negative only for a level. */
    public void add(Kind kind, long change) { // hot: per message
        int index = kind.ordinal();
        VALUES.setOpaque(values, index, values[index] + change);
    }

    /** The number, on any thread. */
    public long value(Kind kind) {
        return (long) VALUES.getOpaque(values, kind.ordinal());
    }
}
