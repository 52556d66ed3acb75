package io.maxmq.core.routing;

import io.maxmq.codec.wire.PublishView;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A topic name of one tenant, and what each event loop last found in the tenant's subscription tree for it. Equal by
 * bytes: a {@link TopicTable} may forget one and give out another. The name is immutable; thread-safe.
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
    private @Nullable String name; // a race computes it twice
    private @Nullable Topic rewritten; // the same

    /** Of its table, the generation that took it last; a race sets an older one, and costs a look into the map. */
    int generation;

    /** Slot i is read and written by loop i alone; volatile because any loop may be the one that makes the array. */
    @SuppressWarnings("unused") // written by MATCHES
    private volatile @Nullable Match @Nullable [] matches;

    /**
     * One that no table knows, such as that of a retained message read from storage.
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

    /** As the constructor, from a valid topic name. */
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

    /** One or more, empty ones included. Computed at each call. */
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

    /** What {@link #rewritten(Topic)} was told; null for nothing yet. */
    public @Nullable Topic rewritten() {
        return rewritten;
    }

    /** Remembers which topic, of the same table, the settings' rules make of this; perhaps itself. */
    public void rewritten(Topic to) {
        rewritten = to;
    }

    /** Such topics are matched by no filter that starts with a wildcard (MQTT 5.0 §4.7.2). */
    public boolean startsWithDollar() {
        return utf8.length > 0 && utf8[0] == '$';
    }

    /** The same name without what was found for it, for whoever keeps it long and publishes to it rarely. */
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
                throw new AssertionError("the array is made once and stays");
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
