package io.maxmq.core.routing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The children of a node by level: a 32-way hash trie. Adding the n-th child costs O(log n) and never copies more than
 * 32 references.
 * <pre>
 *   root: null | node | branch | nodes of one hash
 *   branch: bitmap of the 5 hash bits in use here, slots: node | branch | nodes of one hash (below 7 branches)
 * </pre>
 *
 * Any thread reads without a lock; one thread at a time writes, under the lock of the tree. The bitmap of a branch
 * never changes: the branch is replaced instead. A slot is replaced in place by a volatile write. A reader with a
 * replaced branch therefore still finds every child that existed both before and after the change.
 */
class LevelMap<N extends LevelNode> {
    static final int BITS = 5;
    static final int MASK = (1 << BITS) - 1;
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[].class);

    private volatile @Nullable Object root;

    static final class Branch {
        final int bitmap;
        final Object[] slots;

        Branch(int bitmap, Object[] slots) {
            this.bitmap = bitmap;
            this.slots = slots;
        }

        Object slot(int index) {
            return LevelMap.slot(slots, index);
        }

        int indexOf(int bit) {
            return Integer.bitCount(bitmap & (bit - 1));
        }

        Branch with(int bit, Object value) {
            int index = indexOf(bit);
            Object[] wider = new Object[slots.length + 1];
            System.arraycopy(slots, 0, wider, 0, index);
            wider[index] = value;
            System.arraycopy(slots, index, wider, index + 1, slots.length - index);
            return new Branch(bitmap | bit, wider);
        }

        Branch without(int index) {
            Object[] narrower = new Object[slots.length - 1];
            System.arraycopy(slots, 0, narrower, 0, index);
            System.arraycopy(slots, index + 1, narrower, index, narrower.length - index);
            int rest = bitmap;
            for (int i = 0; i < index; i++) {
                rest &= rest - 1;
            }
            return new Branch(bitmap & ~Integer.lowestOneBit(rest), narrower);
        }
    }

    /** Start of a traversal of all children: null if there are none, otherwise an argument for {@link #slots}. */
    final @Nullable Object root() {
        return root;
    }

    /** Returns the slots at {@link #root} or at a slot value that is not a node. Read them with {@link #slot}. */
    static Object[] slots(Object at) {
        if (at instanceof Branch branch) {
            return branch.slots;
        }
        return at instanceof LevelNode[] same ? same : new Object[] {at};
    }

    static Object slot(Object[] slots, int index) {
        return SLOT.getVolatile(slots, index);
    }

    boolean isEmpty() {
        return root == null;
    }

    // hot: per level of a topic whose match isn't cached
    @SuppressWarnings("unchecked") // only nodes of type N are added
    final @Nullable N find(byte[] bytes, int start, int end, int hash) {
        Object at = root;
        int digits = hash;
        while (at instanceof Branch branch) {
            int bit = 1 << (digits & MASK);
            if ((branch.bitmap & bit) == 0) {
                return null;
            }
            at = branch.slot(branch.indexOf(bit));
            digits >>>= BITS;
        }
        if (at instanceof LevelNode node) {
            return node.hasLevel(bytes, start, end, hash) ? (N) node : null;
        }
        if (at != null) {
            for (LevelNode node : (LevelNode[]) at) {
                if (node.hasLevel(bytes, start, end, hash)) {
                    return (N) node;
                }
            }
        }
        return null;
    }

    /** Adds a node whose level is absent. Under the tree's lock. */
    final void add(N node) {
        Branch parent = null;
        int parentIndex = 0;
        Object at = root;
        int shift = 0;
        while (at instanceof Branch branch) {
            int bit = 1 << digit(node.hash, shift);
            int index = branch.indexOf(bit);
            if ((branch.bitmap & bit) == 0) {
                set(parent, parentIndex, branch.with(bit, node));
                return;
            }
            parent = branch;
            parentIndex = index;
            at = branch.slot(index);
            shift += BITS;
        }
        if (at == null) {
            root = node;
        } else if (at instanceof LevelNode other) {
            set(parent, parentIndex, fork(other, node, shift));
        } else {
            LevelNode[] same = (LevelNode[]) at;
            LevelNode[] wider = Arrays.copyOf(same, same.length + 1);
            wider[same.length] = node;
            set(parent, parentIndex, wider);
        }
    }

    /** Returns the smallest subtree with both nodes, whose hashes agree in the lowest {@code shift} bits. */
    private static Object fork(LevelNode a, LevelNode b, int shift) {
        int differs = shift;
        while (differs < Integer.SIZE && digit(a.hash, differs) == digit(b.hash, differs)) {
            differs += BITS;
        }
        Object fork;
        if (differs >= Integer.SIZE) {
            fork = new LevelNode[] {a, b};
        } else {
            int digitA = digit(a.hash, differs);
            int digitB = digit(b.hash, differs);
            fork = new Branch(1 << digitA | 1 << digitB, digitA < digitB ? new Object[] {a, b} : new Object[] {b, a});
        }
        for (int up = differs - BITS; up >= shift; up -= BITS) {
            fork = new Branch(1 << digit(a.hash, up), new Object[] {fork});
        }
        return fork;
    }

    /** Removes a node that is present. Under the tree's lock. */
    final void remove(N node) {
        Branch[] path = new Branch[Integer.SIZE / BITS + 1];
        int[] indices = new int[path.length];
        int depth = 0;
        Object at = root;
        while (at instanceof Branch branch) {
            path[depth] = branch;
            indices[depth] = branch.indexOf(1 << digit(node.hash, depth * BITS));
            at = branch.slot(indices[depth]);
            depth++;
        }
        Object left = at instanceof LevelNode[] same ? without(same, node) : null; // replacement for at
        while (depth > 0 && !(left instanceof LevelNode[])) { // a single node moves up; an empty branch is removed
            Branch branch = path[--depth];
            if (branch.slots.length == 1) {
                continue;
            }
            if (left != null) {
                set(branch, indices[depth], left);
                return;
            }
            if (branch.slots.length == 2 && branch.slot(1 - indices[depth]) instanceof LevelNode sibling) {
                left = sibling;
            } else {
                left = branch.without(indices[depth]);
                break;
            }
        }
        set(depth == 0 ? null : path[depth - 1], depth == 0 ? 0 : indices[depth - 1], left);
    }

    private static Object without(LevelNode[] same, LevelNode node) {
        if (same.length == 2) {
            return same[0] == node ? same[1] : same[0];
        }
        LevelNode[] narrower = new LevelNode[same.length - 1];
        int count = 0;
        for (LevelNode other : same) {
            if (other != node) {
                narrower[count++] = other;
            }
        }
        return narrower;
    }

    private void set(@Nullable Branch parent, int index, @Nullable Object value) {
        if (parent == null) {
            root = value;
        } else {
            SLOT.setVolatile(parent.slots, index, value);
        }
    }

    /**
     * True if a traversal of the children reaches {@code hash} after {@code other}: five bits at a time, lowest bits
     * first.
     */
    static boolean isBehind(int hash, int other) {
        for (int shift = 0; shift < Integer.SIZE; shift += BITS) {
            int difference = digit(hash, shift) - digit(other, shift);
            if (difference != 0) {
                return difference > 0;
            }
        }
        return false;
    }

    private static int digit(int hash, int shift) {
        return hash >>> shift & MASK;
    }
}
