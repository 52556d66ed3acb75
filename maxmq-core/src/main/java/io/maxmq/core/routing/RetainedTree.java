package io.maxmq.core.routing;

import io.maxmq.codec.topic.TopicFilter;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The last retained message of each topic of one tenant (MQTT 5.0 §3.3.1.3), in a tree by topic level. Thread-safe:
 * reading and replacing take no lock, a new topic and the last message of a branch take a short one. Per topic the put
 * that finishes last wins.
 *
 * <p>What is retained below {@code $SYS/}, where clients may not publish, is the broker's own: neither counted nor limited, so
 * that it takes no place of a client's message.
 */
public final class RetainedTree {
    /**
     * How much a tenant may retain.
     *
     * @param maxMessages 0 or more
     * @param maxBytes the sum of {@link StoredMessage#bytes}, 0 or more
     * @param maxPayloadBytes of one message, 0 or more
     */
    public record Limits(long maxMessages, long maxBytes, int maxPayloadBytes) {
        public static final Limits NONE = new Limits(Long.MAX_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE);

        public Limits {
            if (maxMessages < 0 || maxBytes < 0 || maxPayloadBytes < 0) {
                throw new IllegalArgumentException("limits must be at least 0: maxMessages=" + maxMessages
                        + ", maxBytes=" + maxBytes + ", maxPayloadBytes=" + maxPayloadBytes);
            }
        }
    }

    /** More than there are loops on most machines. */
    private static final int ORDERS = 32;

    private static final byte[] SYS = "$SYS/".getBytes(UTF_8);

    private final Limits limits;
    private final RetainedNode root = new RetainedNode(null, new byte[0], 0);
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    /** Guards the structure of the tree. Never held while calling out. */
    private final ReentrantLock structure = new ReentrantLock();

    private final Object[] orders = new Object[ORDERS];

    /** Called for the first counted message, and {@link #onLast} after the last one. Set before other threads know this object. */
    private Runnable onFirst = () -> {};

    private Runnable onLast = () -> {};

    public RetainedTree(Limits limits) {
        this.limits = limits;
        Arrays.setAll(orders, i -> new Object());
    }

    /** Sets what is called for the first counted message and after the last one; on any thread, without a lock. */
    void onOccupied(Runnable first, Runnable last) {
        onFirst = first;
        onLast = last;
    }

    /** Whoever hands a topic's message to somebody else, so that the last one wins there too, holds this meanwhile. */
    public Object orderOf(Topic topic) {
        return orders[Math.floorMod(topic.hash(), ORDERS)];
    }

    /**
     * Puts a message back that was retained before the broker started, whatever the limits are by now. For the time before
     * messages are routed.
     *
     * @return what it takes of the memory budget
     */
    public long restore(StoredMessage message) {
        return put(message.topic(), message, Limits.NONE) instanceof RetainedPut.Stored stored
                        && stored.previous() == null
                ? message.retainedBytes()
                : 0;
    }

    /** Keeps the message, if the limits allow; one that gets smaller is always allowed. */
    public RetainedPut put(Topic topic, StoredMessage message) {
        return put(topic, message, limits);
    }

    private RetainedPut put(Topic topic, StoredMessage message, Limits limits) {
        byte[] name = topic.utf8();
        boolean counted = !isSys(name);
        if (counted && message.payloadLength() > limits.maxPayloadBytes()) {
            return RetainedPut.Refused.TOO_LARGE;
        }
        RetainedNode node = find(name);
        while (true) {
            Object previous = node == null ? null : node.value();
            if (previous == RetainedNode.GONE) {
                node = null;
                continue;
            }
            StoredMessage before = previous instanceof StoredMessage stored ? stored : null;
            long moreMessages = counted && before == null ? 1 : 0;
            long moreBytes = counted ? (long) message.bytes() - (before == null ? 0 : before.bytes()) : 0;
            if (moreMessages > 0 && !countOne(limits.maxMessages())) {
                return RetainedPut.Refused.TOO_MANY_MESSAGES;
            }
            if (!reserve(bytes, moreBytes, limits.maxBytes())) {
                uncount(moreMessages);
                return RetainedPut.Refused.TOO_MANY_BYTES;
            }
            if (node == null ? putNew(name, message) : node.replace(previous, message)) {
                return before == null ? RetainedPut.Stored.FIRST : new RetainedPut.Stored(before);
            }
            uncount(moreMessages);
            bytes.addAndGet(-moreBytes);
            node = find(name);
        }
    }

    /** Gives what was there, or null. */
    public @Nullable StoredMessage remove(Topic topic) {
        RetainedNode node = find(topic.utf8());
        if (node == null) {
            return null;
        }
        while (true) {
            StoredMessage message = node.message();
            if (message == null) {
                return null;
            }
            if (remove(node, message)) {
                return message;
            }
        }
    }

    /** Removes exactly that message, as when it has expired: false when there is another one by now, or none. */
    public boolean remove(Topic topic, StoredMessage message) {
        RetainedNode node = find(topic.utf8());
        return node != null && remove(node, message);
    }

    public @Nullable StoredMessage get(Topic topic) {
        RetainedNode node = find(topic.utf8());
        return node == null ? null : node.message();
    }

    /** How many are counted. */
    public long count() {
        return count.get();
    }

    /** What those that are counted take. */
    public long bytes() {
        return bytes.get();
    }

    /** Gives, one by one, the messages whose topics the filter matches; its share does not matter. */
    public RetainedCursor cursor(TopicFilter filter) {
        return new RetainedCursor(root, filter.text().getBytes(UTF_8));
    }

    /** All of them, those whose topics begin with {@code $} too. */
    public RetainedCursor all() {
        return RetainedCursor.ofAll(root);
    }

    /**
     * The same, going on behind a topic that the filter matches, whether or not it still has a message: what a cursor gives
     * after that topic, as long as the tree does not change.
     */
    public RetainedCursor cursorAfter(TopicFilter filter, Topic topic) {
        return new RetainedCursor(root, filter.text().getBytes(UTF_8), topic.utf8());
    }

    /** Whether there is none, counted or not: no branch is left. */
    public boolean isEmpty() {
        return root.children == null;
    }

    static boolean isSys(byte[] topic) {
        return topic.length > SYS.length && Arrays.equals(topic, 0, SYS.length, SYS, 0, SYS.length);
    }

    private boolean remove(RetainedNode node, StoredMessage message) {
        if (!node.replace(message, null)) {
            return false;
        }
        if (!isSys(message.topic().utf8())) {
            uncount(1);
            bytes.addAndGet(-message.bytes());
        }
        if (node.children == null) {
            structure.lock();
            try {
                prune(node);
            } finally {
                structure.unlock();
            }
        }
        return true;
    }

    /** False when a node is there, with or without a message. */
    private boolean putNew(byte[] name, StoredMessage message) {
        structure.lock();
        try {
            RetainedNode node = root;
            boolean made = false;
            for (int start = 0; start <= name.length; ) {
                int end = LevelNode.levelEnd(name, start);
                int hash = LevelHash.of(name, start, end);
                LevelMap<RetainedNode> children = node.children;
                if (children == null) {
                    children = new LevelMap<>();
                    node.children = children;
                }
                RetainedNode child = children.find(name, start, end, hash);
                made = child == null;
                if (child == null) {
                    child = new RetainedNode(node, Arrays.copyOfRange(name, start, end), hash);
                    if (end == name.length) {
                        child.replace(null, message); // before anybody sees it
                    }
                    children.add(child);
                }
                node = child;
                start = end + 1;
            }
            return made;
        } finally {
            structure.unlock();
        }
    }

    /** Removes the node if it has become useless, and then those above it. Under the lock. */
    private static void prune(RetainedNode node) {
        RetainedNode at = node;
        for (RetainedNode parent = at.parent; parent != null; at = parent, parent = at.parent) {
            LevelMap<RetainedNode> siblings = parent.children;
            if (siblings == null || at.children != null || !at.replace(null, RetainedNode.GONE)) {
                return;
            }
            siblings.remove(at);
            if (!siblings.isEmpty()) {
                return;
            }
            parent.children = null;
        }
    }

    private @Nullable RetainedNode find(byte[] name) {
        RetainedNode node = root;
        for (int start = 0; start <= name.length; ) {
            int end = LevelNode.levelEnd(name, start);
            LevelMap<RetainedNode> children = node.children;
            RetainedNode child =
                    children == null ? null : children.find(name, start, end, LevelHash.of(name, start, end));
            if (child == null) {
                return null;
            }
            node = child;
            start = end + 1;
        }
        return node;
    }

    private boolean countOne(long limit) {
        long now = count.incrementAndGet();
        if (now == 1) {
            onFirst.run();
        }
        if (now > limit) {
            uncount(1);
            return false;
        }
        return true;
    }

    private void uncount(long messages) {
        if (messages > 0 && count.decrementAndGet() == 0) {
            onLast.run();
        }
    }

    private static boolean reserve(AtomicLong used, long more, long limit) {
        if (more == 0) {
            return true;
        }
        if (used.addAndGet(more) > limit && more > 0) {
            used.addAndGet(-more);
            return false;
        }
        return true;
    }
}
