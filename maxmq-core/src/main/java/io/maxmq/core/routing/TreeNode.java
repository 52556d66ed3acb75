package io.maxmq.core.routing;

import io.maxmq.codec.topic.TopicFilter;
import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A level of the filters in a {@link SubscriptionTree}. Written under the tree's lock, read by any thread. Small,
 * because a million filters need a million nodes.
 */
final class TreeNode extends LevelNode {
    final @Nullable TreeNode parent;

    /** Null without children; a node without children and subscribers is removed. */
    volatile @Nullable Branches branches;

    /** Null, the only {@link FilterSubscription} (plain), or {@link FilterSubscribers}. */
    volatile @Nullable Object subscribers;

    TreeNode(@Nullable TreeNode parent, byte[] level, int hash) {
        super(level, hash);
        this.parent = parent;
    }

    /** Returns the filter that ends here. Allocates a new one per call; cost proportional to its levels. */
    TopicFilter filter() {
        int length = -1;
        for (TreeNode at = this; at.parent != null; at = at.parent) {
            length += at.level.length + 1;
        }
        byte[] text = new byte[length];
        int end = length;
        for (TreeNode at = this; at.parent != null; at = at.parent) {
            int start = end - at.level.length;
            System.arraycopy(at.level, 0, text, start, at.level.length);
            if (start > 0) {
                text[start - 1] = '/';
            }
            end = start - 1;
        }
        return TopicFilter.ofTopic(new String(text, UTF_8));
    }

    /** The children of a node: wildcards separately, the others by level. */
    static final class Branches extends LevelMap<TreeNode> {
        volatile @Nullable TreeNode plus;
        volatile @Nullable TreeNode multi;
        /** Shape of the parent node of these children. */
        final WildcardShapes.Shape shape;

        Branches(WildcardShapes.Shape shape) {
            this.shape = shape;
        }

        /** Returns the child for the level {@code bytes[start..end)} of a filter, or null. */
        @Nullable
        TreeNode child(byte[] filter, int start, int end) {
            if (end == start + 1) {
                if (filter[start] == '+') {
                    return plus;
                }
                if (filter[start] == '#') {
                    return multi;
                }
            }
            return find(filter, start, end, LevelHash.of(filter, start, end));
        }

        void put(TreeNode child) {
            if (child.level.length == 1 && child.level[0] == '+') {
                plus = child;
            } else if (child.level.length == 1 && child.level[0] == '#') {
                multi = child;
            } else {
                add(child);
            }
        }

        void drop(TreeNode child) {
            if (child == plus) {
                plus = null;
            } else if (child == multi) {
                multi = null;
            } else {
                remove(child);
            }
        }

        @Override
        boolean isEmpty() {
            return plus == null && multi == null && super.isEmpty();
        }
    }
}
