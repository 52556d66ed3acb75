package io.maxmq.junit;

import io.maxmq.codec.PacketType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The faults by client. The threads of the proxy read them; tests change them. Thread-safe. */
final class FaultRules {
    private final List<AckFault> ackFaults = new CopyOnWriteArrayList<>();

    // Guarded by this.
    private final Set<Stall> stalls = new HashSet<>();

    void add(AckFault fault) {
        ackFaults.add(fault);
    }

    /** Wakes the threads that hold back acknowledgements for a fault. */
    void closed(AckFault fault) {
        ackFaults.remove(fault);
        synchronized (this) {
            notifyAll();
        }
    }

    /** The fault that this acknowledgement meets, if any. */
    @Nullable
    AckFault find(String clientId, AckFault.Sender sender, PacketType type) {
        for (AckFault fault : ackFaults) {
            if (fault.concerns(clientId, sender, type)) {
                return fault;
            }
        }
        return null;
    }

    synchronized Stall stall(String clientId) {
        Stall stall = new Stall(this, clientId);
        stalls.add(stall);
        return stall;
    }

    synchronized void resume(Stall stall) {
        stalls.remove(stall);
        notifyAll();
    }

    /** Returns when nothing stalls the client. */
    synchronized void awaitNoStall(String clientId) throws InterruptedException {
        while (stalls.stream().anyMatch(each -> each.clientId().equals(clientId))) {
            wait();
        }
    }

    /** Ends all faults: what has waited goes on. */
    void clear() {
        ackFaults.forEach(AckFault::close);
        synchronized (this) {
            stalls.clear();
            notifyAll();
        }
    }
}
