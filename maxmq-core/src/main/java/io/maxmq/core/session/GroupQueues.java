package io.maxmq.core.session;

import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.SharedGroup;
import io.maxmq.core.routing.SharedQueue;
import java.util.List;

/** Makes the queues of shared subscriptions, each on the loop of its tenant and filter. Thread-safe. */
public final class GroupQueues implements SharedQueue.Maker {
    private final List<Sessions> loops;

    /** @param loops the sessions of each loop; all are there before the first message is routed */
    public GroupQueues(List<Sessions> loops) {
        this.loops = loops;
    }

    @Override
    public SharedQueue make(SharedGroup group, Routes routes) {
        SessionKey key = new SessionKey(routes.tenant(), group.filter().toString());
        return new GroupQueue(loops.get(key.loopIndex(loops.size())), routes, group);
    }
}
