package io.maxmq.core.session;

import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Packet ids of QoS 2 that the client has sent and not yet released (MQTT 5.0 §4.3.3): a PUBLISH with one of them is the
 * same message again and is not routed a second time. At most the broker's receive maximum, for MQTT 3 too. Part of the
 * session state. Runs on the session's event loop. Not thread-safe.
 */
final class InboundQos2 {
    private @Nullable IntHashSet ids;

    int size() {
        IntHashSet present = ids;
        return present == null ? 0 : present.size();
    }

    /** True when the id is new, which it then no longer is. */
    boolean add(int packetId) {
        IntHashSet present = ids;
        if (present == null) {
            present = new IntHashSet();
            ids = present;
        }
        return present.add(packetId);
    }

    boolean contains(int packetId) {
        IntHashSet present = ids;
        return present != null && present.contains(packetId);
    }

    /** PUBREL, or a PUBREC that refused; false when the id is unknown. */
    boolean remove(int packetId) {
        IntHashSet present = ids;
        return present != null && present.remove(packetId);
    }

    void clear() {
        ids = null;
    }
}
