package io.maxmq.core.access;

import io.maxmq.codec.QoS;
import io.maxmq.spi.auth.Authorization;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Cached authorizer decisions about one client's topics. Any object that identifies a topic can be a key, for example a
 * shared topic object or a string, provided that equal keys are the same topic and {@link Object#toString} is its name.
 * Clients choose the topics and nothing is charged for them, so the oldest topics are evicted above {@link #MAX_TOPICS}
 * topics or {@link #MAX_CHARACTERS} characters of names. A rule change clears the cache. Empty until the first
 * decision.
 *
 * <p>Runs on the client's loop. Not thread-safe.
 */
@SuppressWarnings("EnumOrdinal") // slots are not persistent
final class AuthorizationCache {

    static final int MAX_TOPICS = 64;

    /** Decisions about longer names are not cached. */
    static final int MAX_CHARACTERS = 8192;

    /** Publish at each QoS, without and with RETAIN, then receive. */
    private static final int SLOTS = 7;

    static final int RECEIVE = 6;

    private @Nullable Map<Object, @Nullable Authorization[]> byTopic;
    /** Total length of the names. */
    private int characters;

    private int epoch;

    /** Topic of the last look-up; most clients publish to the same topic repeatedly. */
    private @Nullable Object lastTopic;

    private @Nullable Authorization @Nullable [] lastDecisions;

    static int publishSlot(QoS qos, boolean retain) {
        return qos.ordinal() + (retain ? 3 : 0);
    }

    /** Returns the decision made under the rules of this epoch; null if none is cached. */
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

    /** Caches a decision requested under the rules of {@code askedEpoch}, unless the rules have changed since. */
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
