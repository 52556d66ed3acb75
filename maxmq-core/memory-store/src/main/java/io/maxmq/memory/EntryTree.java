package io.maxmq.memory;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyRange;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Entries in the order of their keys. Every change returns a new tree that shares all but O(log n) nodes with the old
 * one: an old tree is a snapshot.
 *
 * <p>A weight-balanced tree: neither side of a node has more than {@value #DELTA} times the entries of the other. Those
 * trees join and split in O(log n), hence a range goes as cheaply as an entry. S. Adams, "Efficient sets: a balancing
 * act" (1993), with the parameters proved by Y. Hirai and K. Yamamoto, "Balancing weight-balanced trees" (2011).
 * Recursion is as deep as the tree, independent of the keys: below 60 for a million entries.
 *
 * <p>Immutable.
 */
final class EntryTree {

    static final EntryTree EMPTY = new EntryTree(null);

    private static final int DELTA = 3;
    private static final int RATIO = 2;

    private final @Nullable Node root;

    private EntryTree(@Nullable Node root) {
        this.root = root;
    }

    private static final class Node {
        final @Nullable Node left;
        final Entry entry;
        final @Nullable Node right;
        final int size;
        final long bytes;

        Node(@Nullable Node left, Entry entry, @Nullable Node right) {
            this.left = left;
            this.entry = entry;
            this.right = right;
            size = size(left) + 1 + size(right);
            bytes = bytes(left) + entry.sizeBytes() + bytes(right);
        }
    }

    /** Returns the number of entries that there are. */
    int size() {
        return size(root);
    }

    /** The sum of all {@link Entry#sizeBytes()}. */
    long bytes() {
        return bytes(root);
    }

    @Nullable
    Entry get(Bytes key) {
        Node node = root;
        while (node != null) {
            int order = key.compareTo(node.entry.key());
            if (order == 0) {
                return node.entry;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    /** With this entry, instead of one of the same key if there is any. */
    EntryTree put(Entry entry) {
        return new EntryTree(put(root, entry));
    }

    EntryTree remove(Bytes key) {
        return get(key) == null ? this : new EntryTree(remove(root, key));
    }

    EntryTree removeRange(KeyRange range) {
        if (range.isEmpty()) {
            return this;
        }
        Bytes to = range.to();
        return new EntryTree(concat(below(root, range.from()), to == null ? null : notBelow(root, to)));
    }

    /** Shows the entries of a range, upwards or in reverse, until {@code more} says false. */
    void visit(KeyRange range, boolean reverse, Predicate<Entry> more) {
        visit(root, range, reverse, more);
    }

    /** Returns whether order and balance are as they have to be. O(n), for tests. */
    boolean isSound() {
        return isSound(root, null, null);
    }

    private static boolean isSound(@Nullable Node node, @Nullable Bytes above, @Nullable Bytes below) {
        if (node == null) {
            return true;
        }
        Bytes key = node.entry.key();
        int left = size(node.left);
        int right = size(node.right);
        boolean balanced = left + right <= 1 || (left <= DELTA * right && right <= DELTA * left);
        return balanced
                && (above == null || key.compareTo(above) > 0)
                && (below == null || key.compareTo(below) < 0)
                && isSound(node.left, above, key)
                && isSound(node.right, key, below);
    }

    private static boolean visit(@Nullable Node node, KeyRange range, boolean reverse, Predicate<Entry> more) {
        if (node == null) {
            return true;
        }
        Bytes to = range.to();
        boolean leftToo = node.entry.key().compareTo(range.from()) > 0;
        boolean rightToo = to == null || node.entry.key().compareTo(to) < 0;
        if (reverse) {
            return (!rightToo || visit(node.right, range, true, more))
                    && (!range.contains(node.entry.key()) || more.test(node.entry))
                    && (!leftToo || visit(node.left, range, true, more));
        }
        return (!leftToo || visit(node.left, range, false, more))
                && (!range.contains(node.entry.key()) || more.test(node.entry))
                && (!rightToo || visit(node.right, range, false, more));
    }

    private static int size(@Nullable Node node) {
        return node == null ? 0 : node.size;
    }

    private static long bytes(@Nullable Node node) {
        return node == null ? 0 : node.bytes;
    }

    private static Node put(@Nullable Node node, Entry entry) {
        if (node == null) {
            return new Node(null, entry, null);
        }
        int order = entry.key().compareTo(node.entry.key());
        if (order == 0) {
            return new Node(node.left, entry, node.right);
        }
        return order < 0
                ? balance(put(node.left, entry), node.entry, node.right)
                : balance(node.left, node.entry, put(node.right, entry));
    }

    private static @Nullable Node remove(@Nullable Node node, Bytes key) {
        if (node == null) {
            return null;
        }
        int order = key.compareTo(node.entry.key());
        if (order == 0) {
            return glue(node.left, node.right);
        }
        return order < 0
                ? balance(remove(node.left, key), node.entry, node.right)
                : balance(node.left, node.entry, remove(node.right, key));
    }

    /** The entries with keys below {@code bound}. */
    private static @Nullable Node below(@Nullable Node node, Bytes bound) {
        if (node == null) {
            return null;
        }
        return node.entry.key().compareTo(bound) < 0
                ? link(node.left, node.entry, below(node.right, bound))
                : below(node.left, bound);
    }

    /** The entries with keys from {@code bound} on. */
    private static @Nullable Node notBelow(@Nullable Node node, Bytes bound) {
        if (node == null) {
            return null;
        }
        return node.entry.key().compareTo(bound) < 0
                ? notBelow(node.right, bound)
                : link(notBelow(node.left, bound), node.entry, node.right);
    }

    /** One tree of two and an entry between them, of any sizes. */
    private static Node link(@Nullable Node left, Entry entry, @Nullable Node right) {
        if (left == null) {
            return putFirst(entry, right);
        }
        if (right == null) {
            return putLast(left, entry);
        }
        if (DELTA * left.size < right.size) {
            return balance(link(left, entry, right.left), right.entry, right.right);
        }
        if (DELTA * right.size < left.size) {
            return balance(left.left, left.entry, link(left.right, entry, right));
        }
        return new Node(left, entry, right);
    }

    /** One tree of two, of any sizes, all keys of the one below those of the other. */
    private static @Nullable Node concat(@Nullable Node left, @Nullable Node right) {
        if (left == null) {
            return right;
        }
        return right == null ? left : link(left, first(right), withoutFirst(right));
    }

    /** The same for the two sides of one node, which are balanced against each other. */
    private static @Nullable Node glue(@Nullable Node left, @Nullable Node right) {
        if (left == null) {
            return right;
        }
        if (right == null) {
            return left;
        }
        return left.size > right.size
                ? balance(withoutLast(left), last(left), right)
                : balance(left, first(right), withoutFirst(right));
    }

    private static Node putFirst(Entry entry, @Nullable Node node) {
        return node == null ? new Node(null, entry, null) : balance(putFirst(entry, node.left), node.entry, node.right);
    }

    private static Node putLast(@Nullable Node node, Entry entry) {
        return node == null ? new Node(null, entry, null) : balance(node.left, node.entry, putLast(node.right, entry));
    }

    private static Entry first(Node node) {
        Node lowest = node;
        while (lowest.left != null) {
            lowest = lowest.left;
        }
        return lowest.entry;
    }

    private static Entry last(Node node) {
        Node highest = node;
        while (highest.right != null) {
            highest = highest.right;
        }
        return highest.entry;
    }

    private static @Nullable Node withoutFirst(Node node) {
        return node.left == null ? node.right : balance(withoutFirst(node.left), node.entry, node.right);
    }

    private static @Nullable Node withoutLast(Node node) {
        return node.right == null ? node.left : balance(node.left, node.entry, withoutLast(node.right));
    }

    /** A node of two sides, of which one may be out of balance by a single entry. */
    private static Node balance(@Nullable Node left, Entry entry, @Nullable Node right) {
        if (size(left) + size(right) <= 1) {
            return new Node(left, entry, right);
        }
        if (right != null && right.size > DELTA * size(left)) {
            Node inner = right.left;
            return inner == null || inner.size < RATIO * size(right.right)
                    ? new Node(new Node(left, entry, inner), right.entry, right.right)
                    : new Node(
                            new Node(left, entry, inner.left),
                            inner.entry,
                            new Node(inner.right, right.entry, right.right));
        }
        if (left != null && left.size > DELTA * size(right)) {
            Node inner = left.right;
            return inner == null || inner.size < RATIO * size(left.left)
                    ? new Node(left.left, left.entry, new Node(inner, entry, right))
                    : new Node(
                            new Node(left.left, left.entry, inner.left),
                            inner.entry,
                            new Node(inner.right, entry, right));
        }
        return new Node(left, entry, right);
    }
}
