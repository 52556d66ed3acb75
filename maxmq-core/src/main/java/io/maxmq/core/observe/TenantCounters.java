package io.maxmq.core.observe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counters of one event loop for one tenant: plain numbers that only this loop writes, as in {@link LoopCounters}.
 * {@link #add} runs on the owning loop, {@link #value} on any thread.
 */
@SuppressWarnings("EnumOrdinal") // slots are not persistent
public final class TenantCounters {
    private static final VarHandle VALUES = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int KINDS = Kind.values().length;

    /** Keeps the numbers of two loops off one cache line. */
    private static final int PADDING = 16;

    /** Counted quantities. */
    public enum Kind {
        /** Connected clients. */
        CLIENTS,
        /** Sessions, connected or not. */
        SESSIONS,
        /** PUBLISH packets received. */
        RECEIVED,
        /** PUBLISH packets sent. */
        SENT
    }

    private final long[] values = new long[KINDS + PADDING];

    private TenantCounters() {}

    /** Returns one instance per loop, with counters of 0. */
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

    /** Returns the value, on any thread. */
    public long value(Kind kind) {
        return (long) VALUES.getOpaque(values, kind.ordinal());
    }
}
