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
 * The topics of one tenant that are in use. Look-up by bytes does not allocate.
 *
 * <p>Each loop first checks a small cache of its own, then the shared map. Two generations bound the map: new topics go
 * into the young generation. When that one is full, by count or bytes, it becomes the old one, and the former old one
 * is dropped. A hit in the old generation moves the topic into the young one. A flood of topics therefore costs at most
 * two generations, and at most the memory for caches. A dropped topic remains valid, but a later look-up of its name
 * may return another, equal object.
 *
 * <p>Thread-safe, provided that {@code loop} is the caller's own loop.
 */
public final class TopicTable {
    /** Mean length of a name, in bytes, on which the byte bound of a generation is based. */
    private static final int MEAN_BYTES = 256;

    /**
     * A topic with its name as a string, its entry in the map and the array of its matches, not counting the bytes of
     * the name.
     */
    private static final int TOPIC_BYTES = 200;

    /** Number of topics per generation that are allowed even if the caches' memory is used up. */
    private static final int FREE_TOPICS = 64;

    /** Divisor of the caches' memory per generation: two generations leave half of it to matches. */
    private static final int GENERATION_PART = 4;

    private static final long ENDED = -1;
    private static final int MAX_CACHE = 4096;
    /** Longer names are looked up in the map each time, because the loops' caches are bounded only by count. */
    private static final int MAX_CACHED_BYTES = 512;

    private static final VarHandle BIG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LITTLE = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Created by each loop on first use, so that an unused tenant costs nothing. */
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
        /** Memory drawn for its topics; {@link #ENDED} after it was dropped. */
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

        /** Ends the generation and returns the memory to give back. */
        long endCharge() {
            return charged.getAndSet(ENDED);
        }
    }

    private record Generations(Generation young, Generation old) {}

    /**
     * Last topics of one loop, direct-mapped by the codec's hash: on a collision the later topic replaces the earlier.
     */
    private static final class LoopCache {
        final @Nullable Topic[] topics;
        final Key key = new Key();
        byte[] scratch = new byte[128];

        LoopCache(int size) {
            topics = new Topic[size];
        }
    }

    /** Look-up key for a {@link Topic} in a map: the key equals a topic of the same bytes, not vice versa. */
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
     * Creates an empty table.
     *
     * @param loops 1..64
     * @param generationSize topics per generation, 1 or more; names of more than 256 bytes reduce the number
     * @param maxLevels of a topic, 1 or more
     */
    public TopicTable(int loops, int generationSize, int maxLevels) {
        this(loops, generationSize, maxLevels, ReservedMemory.unbounded());
    }

    /**
     * Creates an empty table.
     *
     * @param loops number of loops that use it
     * @param generationSize topics per generation, at most; 1 or more
     * @param maxLevels of a topic, 1 or more
     * @param memory source of the topics' memory; when used up, a generation ends early
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
     * Returns the topic with the bytes {@code buffer[start..start+length)}, absolute indices. Null if unknown: validate
     * and {@linkplain #intern(int, byte[], int) intern} the name first.
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
     * Returns the topic of this name; creates it if absent.
     *
     * @param utf8 a valid topic name; kept, not copied
     * @param hash of the name, {@link PublishView#topicHash(byte[])}
     * @throws IllegalArgumentException if it has more levels than allowed; check {@link #isTooDeep} first
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

    /** Same as {@link #intern(int, byte[], int)}, from a string. */
    public Topic intern(int loop, String name) {
        byte[] utf8 = name.getBytes(UTF_8);
        return intern(loop, utf8, PublishView.topicHash(utf8));
    }

    public boolean isTooDeep(byte[] utf8) {
        return LevelNode.levelCount(utf8) > maxLevels;
    }

    /** Number of topics in the shared map; some may count twice. */
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

    /** Renews a topic of a loop's cache in the map, so that the other loops continue to find it. */
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

    /** Adds the topic to the young generation, or returns the equal one that is already in it. */
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

    /** Draws memory for a topic of a generation. Returns false if no memory remains for another topic. */
    private boolean charge(Generation of, Topic topic) {
        long more = TOPIC_BYTES + 2L * topic.utf8().length;
        if (of.charged.get() > maxGenerationCharge || !memory.tryDraw(more)) {
            return false;
        }
        if (!of.tryAddCharge(more)) {
            memory.giveBack(more); // the generation has just been dropped
        }
        return true;
    }

    private void rotate(Generation full) {
        synchronized (rotation) { // guards only the exchange of generations
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
