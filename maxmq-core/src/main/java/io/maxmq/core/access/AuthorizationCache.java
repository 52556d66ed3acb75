package io.maxmq.core.access;

import io.maxmq.codec.QoS;
import io.maxmq.spi.auth.Authorization;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What authorizers have decided about one client's topics. Keys are whatever the caller knows a topic by, a shared topic
 * object or a string, as long as equal keys are the same topic and {@link Object#toString} is its name. Forgets the topics it
 * has known longest when it holds {@link #MAX_TOPICS}, or names of {@link #MAX_CHARACTERS} together, since clients choose those
 * and nobody is charged for them; and everything when the rules change. Empty until the first decision.
 *
 * <p>Runs on the client's loop. Not thread-safe.
 */
@SuppressWarnings("EnumOrdinal") // the slots are not kept anywhere
final class AuthorizationCache {

    static final int MAX_TOPICS = 64;

    /** About a longer name is asked each time. */
    static final int MAX_CHARACTERS = 8192;

    /** Publish with each QoS, without and with RETAIN, then receive. */
    private static final int SLOTS = 7;

    static final int RECEIVE = 6;

    private @Nullable Map<Object, @Nullable Authorization[]> byTopic;
    /** Of all names in it. */
    private int characters;

    private int epoch;

    /** The topic last looked up, since a client mostly publishes to one again and again. */
    private @Nullable Object lastTopic;

    private @Nullable Authorization @Nullable [] lastDecisions;

    static int publishSlot(QoS qos, boolean retain) {
        return qos.ordinal() + (retain ? 3 : 0);
    }

    /** What was decided under the rules of this epoch; null when nothing was, or it is forgotten. */
    @Nullable
    Authorization find(Object topic, int slot, int currentEpoch) { // hot: per message
        if (epoch != currentEpoch) {
            forget(currentEpoch);
            return null;
        }
        if (topic == lastTopic && lastDecisions != null) {
            return lastDecisions[slot];
        }
        return findSlow(topic, slot);
    }

    private @Nullable Authorization findSlow(Object topic, int slot) {
        @Nullable Authorization[] decisions = byTopic == null ? null : byTopic.get(topic);
        if (decisions == null) {
            return null;
        }
        lastTopic = topic;
        lastDecisions = decisions;
        return decisions[slot];
    }

    /** Remembers a decision that was asked for under the rules of {@code askedEpoch}, unless they have changed since. */
    void put(Object topic, int slot, Authorization decision, int askedEpoch, int currentEpoch) {
        if (epoch != currentEpoch) {
            forget(currentEpoch);
        }
        int length = topic.toString().length();
        if (askedEpoch != currentEpoch || length > MAX_CHARACTERS) {
            return;
        }
        if (byTopic == null) {
            byTopic = new LinkedHashMap<>(4);
        }
        @Nullable Authorization[] decisions = byTopic.get(topic);
        if (decisions == null) {
            while (byTopic.size() == MAX_TOPICS || characters + length > MAX_CHARACTERS) {
                forgetOldest(byTopic);
            }
            decisions = new Authorization[SLOTS];
            byTopic.put(topic, decisions);
            characters += length;
        }
        decisions[slot] = decision;
    }

    int topics() {
        return byTopic == null ? 0 : byTopic.size();
    }

    private void forgetOldest(Map<Object, @Nullable Authorization[]> map) {
        var eldest = map.entrySet().iterator();
        characters -= eldest.next().getKey().toString().length();
        eldest.remove();
        lastTopic = null;
        lastDecisions = null;
    }

    private void forget(int currentEpoch) {
        epoch = currentEpoch;
        byTopic = null;
        characters = 0;
        lastTopic = null;
        lastDecisions = null;
    }
}
