package io.maxmq.core.routing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** A level of the topics with retained messages. The structure is written under the lock, values by any thread. */
final class RetainedNode extends LevelNode {
    /** Value of a pruned node; it accepts no further value. */
    static final Object GONE = new Object();

    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(RetainedNode.class, "value", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final @Nullable RetainedNode parent;

    /** Null without children. */
    volatile @Nullable LevelMap<RetainedNode> children;

    /** Null, a {@link StoredMessage}, or {@link #GONE}. */
    private volatile @Nullable Object value;

    RetainedNode(@Nullable RetainedNode parent, byte[] level, int hash) {
        super(level, hash);
        this.parent = parent;
    }

    @Nullable
    Object value() {
        return value;
    }

    @Nullable
    StoredMessage message() {
        return value instanceof StoredMessage message ? message : null;
    }

    boolean isFirstLevel() {
        return parent != null && parent.parent == null;
    }

    boolean replace(@Nullable Object expected, @Nullable Object by) {
        return VALUE.compareAndSet(this, expected, by);
    }
}
