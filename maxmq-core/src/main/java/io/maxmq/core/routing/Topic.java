package io.maxmq.core.routing;

import io.maxmq.codec.wire.PublishView;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A topic name of one tenant, with the last match of each event loop in the tenant's subscription tree. Equal by bytes:
 * a {@link TopicTable} may drop a topic and later return another object for its name. The name is immutable;
 * thread-safe.
 */
public final class Topic {
    private static final VarHandle MATCHES;

    static {
        try {
            MATCHES = MethodHandles.lookup().findVarHandle(Topic.class, "matches", Match[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final byte[] utf8;
    private final int hash;
    private final int secretHash;
    private @Nullable String name; // computed twice in a race
    private @Nullable Topic rewritten; // likewise

    /**
     * Last generation of the table that contained this topic. A race may set an older one, which costs one look-up in
     * the map.
     */
    int generation;

    /** Slot i is read and written only by loop i; volatile because any loop may create the array. */
    @SuppressWarnings("unused") // written by MATCHES
    private volatile @Nullable Match @Nullable [] matches;

    /**
     * Creates a topic outside any table, for example of a retained message read from storage.
     *
     * @param utf8 a valid topic name; kept, not copied
     * @param hash of the name, {@link PublishView#topicHash(byte[])}
     */
    public Topic(byte[] utf8, int hash) {
        this(utf8, hash, LevelHash.of(utf8, 0, utf8.length));
    }

    Topic(byte[] utf8, int hash, int secretHash) {
        this.utf8 = utf8;
        this.hash = hash;
        this.secretHash = secretHash;
    }

    /** Creates a topic outside any table from a valid topic name. */
    public static Topic of(String name) {
        byte[] utf8 = name.getBytes(UTF_8);
        return new Topic(utf8, PublishView.topicHash(utf8));
    }

    /** Not a copy: read only. */
    public byte[] utf8() {
        return utf8;
    }

    public String name() {
        String known = name;
        if (known == null) {
            known = new String(utf8, UTF_8);
            name = known;
        }
        return known;
    }

    /** One or more levels, possibly empty ones. Computed at each call. */
    public String[] levels() {
        return name().split("/", -1);
    }

    public int levelCount() {
        return LevelNode.levelCount(utf8);
    }

    /** {@link PublishView#topicHash(byte[])} of the name. */
    public int hash() {
        return hash;
    }

    /** The topic set by {@link #rewritten(Topic)}; null if not yet set. */
    public @Nullable Topic rewritten() {
        return rewritten;
    }

    /** Caches the result of the topic rewrite rules for this topic: a topic of the same table, possibly this one. */
    public void rewritten(Topic to) {
        rewritten = to;
    }

    /**
     * True if the name begins with {@code $}; filters that start with a wildcard do not match such topics (MQTT 5.0
     * §4.7.2).
     */
    public boolean startsWithDollar() {
        return utf8.length > 0 && utf8[0] == '$';
    }

    /** Returns the same name without cached matches, for long-term storage. */
    public Topic withoutMatches() {
        return matches == null ? this : new Topic(utf8, hash, secretHash);
    }

    boolean hasName(byte[] bytes, int length) {
        return Arrays.equals(utf8, 0, utf8.length, bytes, 0, length);
    }

    @Nullable
    Match match(int loop) {
        @Nullable Match[] known = matches;
        return known == null ? null : known[loop];
    }

    void match(int loop, int loops, @Nullable Match match) {
        @Nullable Match[] known = matches;
        if (known == null) {
            @Nullable Match[] made = new Match[loops];
            known = MATCHES.compareAndSet(this, null, made) ? made : matches;
            if (known == null) {
                throw new AssertionError("the array of matches is created once and never removed");
            }
        }
        known[loop] = match;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return this == o
                || (o instanceof Topic other && secretHash == other.secretHash && Arrays.equals(utf8, other.utf8));
    }

    @Override
    public int hashCode() {
        return secretHash;
    }

    @Override
    public String toString() {
        return name();
    }
}
