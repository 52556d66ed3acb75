package io.maxmq.core.routing;

import io.maxmq.codec.wire.PublishView;
import io.maxmq.core.limit.ReservedMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The topics of one tenant that are in use, found by their bytes without allocating.
 *
 * <p>Each loop looks into a small cache of its own first, then into the map that all share. The map is bounded by two
 * generations: topics go into the young one; when that is full, by count or bytes, it becomes the old one and the
 * former old one is dropped; a hit in the old one puts the topic into the young one again. So a flood of topics costs
 * at most two generations, and no more than the memory for caches allows. A topic that was dropped stays valid; a holder of it and a
 * later look-up of the name may have two equal objects.
 *
 * <p>Thread-safe, given that {@code loop} is the caller's own.
 */
public final class TopicTable {
    /** How many bytes of names a generation takes per topic, on average. */
    private static final int MEAN_BYTES = 256;

    /** A topic with its name as a string, its place in the map and the array of its matches, beside its name's bytes. */
    private static final int TOPIC_BYTES = 200;

    /** So many topics of a generation are there even when the caches have no memory left. */
    private static final int FREE_TOPICS = 64;

    /** Two generations leave half of the caches' memory to matches. */
    private static final int GENERATION_PART = 4;

    private static final long ENDED = -1;
    private static final int MAX_CACHE = 4096;
    /** Longer names are looked up in the map each time: the caches are bounded in topics only. */
    private static final int MAX_CACHED_BYTES = 512;

    private static final VarHandle BIG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LITTLE = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Made by each loop when it first looks here: a tenant's name alone costs none. */
    private final @Nullable LoopCache[] caches;

    private final int cacheSize;
    private final int generationSize;
    private final long generationBytes;
    private final int maxLevels;
    private final ReservedMemory memory;
    private final long maxGenerationCharge;
    private final Object rotation = new Object();
    private volatile Generations generations = new Generations(new Generation(1), new Generation(0));

    private static final class Generation {
        final int number;
        final ConcurrentMap<Object, Topic> topics = new ConcurrentHashMap<>();
        final AtomicLong count = new AtomicLong();
        final AtomicLong bytes = new AtomicLong();
        /** What its topics have drawn; {@link #ENDED} when it was dropped. */
        private final AtomicLong charged = new AtomicLong();

        Generation(int number) {
            this.number = number;
        }

        boolean tryAddCharge(long more) {
            while (true) {
                long now = charged.get();
                if (now == ENDED) {
                    return false;
                }
                if (charged.compareAndSet(now, now + more)) {
                    return true;
                }
            }
        }

        /** Gives what is to be given back. */
        long endCharge() {
            return charged.getAndSet(ENDED);
        }
    }

    private record Generations(Generation young, Generation old) {}

    /** What one loop found last, direct mapped by the codec's hash: at a collision the later one stays. */
    private static final class LoopCache {
        final @Nullable Topic[] topics;
        final Key key = new Key();
        byte[] scratch = new byte[128];

        LoopCache(int size) {
            topics = new Topic[size];
        }
    }

    /** Finds a {@link Topic} in a map: equal to one of the same bytes, and only in this direction. */
    private static final class Key {
        byte[] bytes = {};
        int length;
        int secretHash;

        void set(byte[] source, int length) {
            this.bytes = source;
            this.length = length;
            this.secretHash = LevelHash.of(source, 0, length);
        }

        @Override
        @SuppressWarnings("EqualsUnsafeCast")
        public boolean equals(@Nullable Object o) {
            return o instanceof Topic topic && topic.hasName(bytes, length);
        }

        @Override
        public int hashCode() {
            return secretHash;
        }
    }

    /**
     * An empty table.
     *
     * @param loops 1..64
     * @param generationSize topics per generation, 1 or more; names of more than 256 bytes count accordingly
     * @param maxLevels of a topic, 1 or more
     */
    public TopicTable(int loops, int generationSize, int maxLevels) {
        this(loops, generationSize, maxLevels, ReservedMemory.unbounded());
    }

    /**
     * An empty table.
     *
     * @param loops how many loops use it
     * @param generationSize how many topics go into a generation, at most, 1 or more
     * @param maxLevels of a topic, 1 or more
     * @param memory what the topics draw from; without more of it a generation ends early
     */
    public TopicTable(int loops, int generationSize, int maxLevels, ReservedMemory memory) {
        if (generationSize < 1 || maxLevels < 1) {
            throw new IllegalArgumentException("generationSize and maxLevels must be at least 1: generationSize="
                    + generationSize + ", maxLevels=" + maxLevels);
        }
        this.generationSize = generationSize;
        this.generationBytes = (long) generationSize * MEAN_BYTES;
        this.maxLevels = maxLevels;
        this.memory = memory;
        this.maxGenerationCharge = memory.maxBytes() / GENERATION_PART;
        this.caches = new LoopCache[loops];
        this.cacheSize = Integer.highestOneBit(Math.min(generationSize, MAX_CACHE));
    }

    private LoopCache cacheOf(int loop) { // hot: per message
        LoopCache cache = caches[loop];
        return cache != null ? cache : newCache(loop);
    }

    private LoopCache newCache(int loop) {
        LoopCache made = new LoopCache(cacheSize);
        caches[loop] = made;
        return made;
    }

    /**
     * The topic that spells {@code buffer[start..start+length)}, absolute indices, or null when it must be validated
     * and {@linkplain #intern(int, byte[], int) interned} first.
     *
     * @param hash of these bytes, {@link PublishView#topicHash()}
     */
    // hot: per message
    public @Nullable Topic find(int loop, ByteBuffer buffer, int start, int length, int hash) {
        LoopCache cache = cacheOf(loop);
        Topic topic = cache.topics[hash & (cache.topics.length - 1)];
        if (topic != null && topic.hash() == hash && spells(topic.utf8(), buffer, start, length)) {
            return topic.generation == generations.young.number ? topic : keepUsed(cache, topic);
        }
        return findShared(cache, buffer, start, length, hash);
    }

    public @Nullable Topic find(int loop, byte[] utf8, int hash) {
        LoopCache cache = cacheOf(loop);
        Topic topic = cache.topics[hash & (cache.topics.length - 1)];
        if (topic != null && topic.hash() == hash && Arrays.equals(topic.utf8(), utf8)) {
            return topic.generation == generations.young.number ? topic : keepUsed(cache, topic);
        }
        cache.key.set(utf8, utf8.length);
        return findShared(cache, hash);
    }

    public @Nullable Topic find(int loop, String name) {
        byte[] utf8 = name.getBytes(UTF_8);
        return find(loop, utf8, PublishView.topicHash(utf8));
    }

    /**
     * The topic of that name; made when it isn't there.
     *
     * @param utf8 a valid topic name; kept, not copied
     * @param hash of the name, {@link PublishView#topicHash(byte[])}
     * @throws IllegalArgumentException when it has more levels than allowed; {@link #isTooDeep} tells before
     */
    public Topic intern(int loop, byte[] utf8, int hash) {
        Topic known = find(loop, utf8, hash);
        if (known != null) {
            return known;
        }
        if (isTooDeep(utf8)) {
            throw new IllegalArgumentException(
                    "topic has too many levels: levels=" + LevelNode.levelCount(utf8) + ", maxLevels=" + maxLevels);
        }
        LoopCache cache = cacheOf(loop);
        Topic topic = keep(new Topic(utf8, hash, cache.key.secretHash));
        remember(cache, topic);
        return topic;
    }

    /** As {@link #intern(int, byte[], int)}. */
    public Topic intern(int loop, String name) {
        byte[] utf8 = name.getBytes(UTF_8);
        return intern(loop, utf8, PublishView.topicHash(utf8));
    }

    public boolean isTooDeep(byte[] utf8) {
        return LevelNode.levelCount(utf8) > maxLevels;
    }

    /** How many topics the shared map holds; some may count twice. */
    public int size() {
        Generations now = generations;
        return (int) (now.young.count.get() + now.old.count.get());
    }

    private @Nullable Topic findShared(LoopCache cache, ByteBuffer buffer, int start, int length, int hash) {
        if (cache.scratch.length < length) {
            cache.scratch = new byte[Math.max(length, 2 * cache.scratch.length)]; // at most 64 KiB: a topic's length
        }
        buffer.get(start, cache.scratch, 0, length);
        cache.key.set(cache.scratch, length);
        return findShared(cache, hash);
    }

    private @Nullable Topic findShared(LoopCache cache, int hash) {
        Generations now = generations;
        Topic topic = now.young.topics.get(cache.key);
        if (topic == null) {
            topic = now.old.topics.get(cache.key);
            if (topic == null) {
                return null;
            }
            topic = keep(topic);
        }
        remember(cache, topic);
        return topic;
    }

    /** Keeps a topic of a loop's cache from falling out of the map, where the other loops find it. */
    private Topic keepUsed(LoopCache cache, Topic topic) {
        Topic kept = keep(topic);
        remember(cache, kept);
        return kept;
    }

    private static void remember(LoopCache cache, Topic topic) {
        if (topic.utf8().length <= MAX_CACHED_BYTES) {
            cache.topics[topic.hash() & (cache.topics.length - 1)] = topic;
        }
    }

    /** Puts it into the young generation, or gives the equal one that is there. */
    private Topic keep(Topic topic) {
        Generation young = generations.young;
        Topic known = young.topics.putIfAbsent(topic, topic);
        if (known != null) {
            known.generation = young.number;
            return known;
        }
        topic.generation = young.number;
        long count = young.count.incrementAndGet();
        long bytes = young.bytes.addAndGet(topic.utf8().length);
        if (count >= generationSize || bytes >= generationBytes || (count > FREE_TOPICS && !charge(young, topic))) {
            rotate(young);
        }
        return topic;
    }

    /** Draws the memory of a topic for its generation; false when there is none for another one. */
    private boolean charge(Generation of, Topic topic) {
        long more = TOPIC_BYTES + 2L * topic.utf8().length;
        if (of.charged.get() > maxGenerationCharge || !memory.tryDraw(more)) {
            return false;
        }
        if (!of.tryAddCharge(more)) {
            memory.giveBack(more); // its generation has just been dropped
        }
        return true;
    }

    private void rotate(Generation full) {
        synchronized (rotation) { // guards the exchange of generations, nothing else
            Generations now = generations;
            if (now.young == full) {
                generations = new Generations(new Generation(full.number + 1), full);
                memory.giveBack(now.old.endCharge());
            }
        }
    }

    private static boolean spells(byte[] name, ByteBuffer buffer, int start, int length) {
        if (name.length != length) {
            return false;
        }
        VarHandle longs = buffer.order() == ByteOrder.BIG_ENDIAN ? BIG : LITTLE;
        int i = 0;
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            if ((long) longs.get(name, i) != buffer.getLong(start + i)) {
                return false;
            }
        }
        for (; i < length; i++) {
            if (name[i] != buffer.get(start + i)) {
                return false;
            }
        }
        return true;
    }
}
