package io.maxmq.rules.event;

import io.maxmq.rules.value.Fields;
import io.maxmq.spi.Tenant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One event on its way through the rules that want it. Made on the thread that sees it happen, then used by the one lane of its
 * client.
 */
public abstract class Event implements Fields {
    private final Tenant tenant;
    private final String clientId;

    /** The recipients that have it already, while it is distributed; null before the first. On the creating thread. */
    private @Nullable List<Object> takers;

    /** State that the rules on this event share; created by the first that needs it. On the lane. */
    private @Nullable Object shared;

    Event(Tenant tenant, String clientId) {
        this.tenant = tenant;
        this.clientId = clientId;
    }

    /** Whose topics and clients these are. */
    public final Tenant tenant() {
        return tenant;
    }

    /** The client id of the event; empty without one. Events of one client keep their order. */
    public final String clientId() {
        return clientId;
    }

    /** The kind. */
    public abstract EventKind kind();

    /** The topic of a message that was published; null for other events. */
    public @Nullable String topic() {
        return null;
    }

    /** The message of the event; null without one, or when it is no longer known. */
    public @Nullable MessageParts message() {
        return null;
    }

    /** When it was made, in milliseconds since 1970. */
    public abstract long atEpochMillis();

    /** Names the event, for ids of records. */
    public abstract String id();

    /** Returns the number of rules that have made messages of one another before this event came of it. */
    public int hops() {
        return 0;
    }

    /** The approximate memory of the event in bytes. */
    public abstract int bytes();

    /** The argument of {@link #share}; null before that. */
    public final @Nullable Object shared() {
        return shared;
    }

    /** Keeps what other rules on this event can use again; null forgets it. */
    public final void share(@Nullable Object value) {
        shared = value;
    }

    /** Returns whether {@link #isNewTo} was called before. */
    public final boolean isMarked() {
        return takers != null;
    }

    /** Returns whether this taker has not had it yet; from then on it has. */
    public final boolean isNewTo(Object taker) {
        List<Object> present = takers;
        if (present == null) {
            present = new ArrayList<>(2);
            takers = present;
        }
        for (Object each : present) {
            if (each == taker) {
                return false;
            }
        }
        present.add(taker);
        return true;
    }
}
