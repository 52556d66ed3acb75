package io.maxmq.core.routing;

import io.maxmq.codec.topic.TopicFilter;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The retained message of each topic of one tenant (MQTT 5.0 §3.3.1.3), in a tree by topic level. Thread-safe. Reads
 * and replacements take no lock. Adding a topic and removing the last message of a branch take a short lock. Per topic,
 * the put that finishes last wins.
 *
 * <p>Messages below {@code $SYS/}, where clients may not publish, belong to the broker. They are neither counted nor
 * limited and so do not use the quota of clients.
 */
public final class RetainedTree {
    /**
     * Quota of a tenant's retained messages.
     *
     * @param maxMessages 0 or more
     * @param maxBytes sum of {@link StoredMessage#bytes}, 0 or more
     * @param maxPayloadBytes per message, 0 or more
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

    /** Number of order locks; more than most machines have loops. */
    private static final int ORDERS = 32;

    private static final byte[] SYS = "$SYS/".getBytes(UTF_8);

    private final Limits limits;
    private final RetainedNode root = new RetainedNode(null, new byte[0], 0);
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    /** Guards the structure of the tree. Never held during a callback. */
    private final ReentrantLock structure = new ReentrantLock();

    private final Object[] orders = new Object[ORDERS];

    /**
     * Called when the number of counted messages becomes 1; {@link #onLast} is called when it becomes 0. Set before
     * this object is published to other threads.
     */
    private Runnable onFirst = () -> {};

    private Runnable onLast = () -> {};

    public RetainedTree(Limits limits) {
        this.limits = limits;
        Arrays.setAll(orders, i -> new Object());
    }

    /**
     * Sets the callbacks for the first and after the last counted message. They are called on any thread, without a
     * lock.
     */
    void onOccupied(Runnable first, Runnable last) {
        onFirst = first;
        onLast = last;
    }

    /**
     * Returns the monitor to hold while a topic's message is handed to another component, so that the last message wins
     * there as well.
     */
    public Object orderOf(Topic topic) {
        return orders[Math.floorMod(topic.hash(), ORDERS)];
    }

    /**
     * Restores a message that was retained before the broker started, regardless of the current limits. Only before
     * messages are routed.
     *
     * @return charge on the memory budget, in bytes
     */
    public long restore(StoredMessage message) {
        return put(message.topic(), message, Limits.NONE) instanceof RetainedPut.Stored stored
                        && stored.previous() == null
                ? message.retainedBytes()
                : 0;
    }

    /** Retains the message if the limits allow. A replacement by a smaller message is always allowed. */
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

    /** Removes and returns the message of a topic, or returns null. */
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

    /**
     * Removes exactly this message, for example after its expiry. Returns false if the topic has another message or
     * none.
     */
    public boolean remove(Topic topic, StoredMessage message) {
        RetainedNode node = find(topic.utf8());
        return node != null && remove(node, message);
    }

    public @Nullable StoredMessage get(Topic topic) {
        RetainedNode node = find(topic.utf8());
        return node == null ? null : node.message();
    }

    /** Number of counted messages. */
    public long count() {
        return count.get();
    }

    /** Size of the counted messages, in bytes. */
    public long bytes() {
        return bytes.get();
    }

    /** Returns a cursor over the messages whose topics match the filter; the share name is ignored. */
    public RetainedCursor cursor(TopicFilter filter) {
        return new RetainedCursor(root, filter.text().getBytes(UTF_8));
    }

    /** Returns a cursor over all messages, including topics that begin with {@code $}. */
    public RetainedCursor all() {
        return RetainedCursor.ofAll(root);
    }

    /**
     * Returns a cursor that continues after a topic that the filter matches, whether or not that topic still has a
     * message. In an unchanged tree it returns the messages that a cursor over all matches returns after that topic.
     */
    public RetainedCursor cursorAfter(TopicFilter filter, Topic topic) {
        return new RetainedCursor(root, filter.text().getBytes(UTF_8), topic.utf8());
    }

    /** True if the tree has no message, counted or not, and no branch. */
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

    /** Returns false if the node already exists, with or without a message. */
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
                        child.replace(null, message); // before publication
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

    /** Removes the node if unused, then its unused ancestors. Under the lock. */
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
