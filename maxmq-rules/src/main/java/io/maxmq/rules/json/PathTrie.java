package io.maxmq.rules.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The requested paths of a JSON document, as a tree of their steps, so that one pass over the document finds all. A
 * step is a key of an object ({@link String}) or a place in an array ({@link Integer}: from 1, negative from the end).
 * Immutable.
 */
public final class PathTrie {
    private final List<List<Object>> paths;
    /**
     * Of each path, the number of steps in the tree; the caller walks the others, which begin at a place counted from
     * the end.
     */
    private final int[] known;

    final Node root;

    private PathTrie(List<List<Object>> paths, int[] known, Node root) {
        this.paths = paths;
        this.known = known;
        this.root = root;
    }

    /**
     * Returns the tree of some paths; the index in the list identifies a path.
     * @param paths of {@link String} and {@link Integer} steps; an empty path is the whole document
     */
    public static PathTrie of(List<? extends List<?>> paths) {
        Branch root = new Branch();
        int[] known = new int[paths.size()];
        List<List<Object>> copies = new ArrayList<>();
        for (int i = 0; i < known.length; i++) {
            List<Object> steps = List.copyOf(paths.get(i));
            copies.add(steps);
            Branch branch = root;
            int depth = 0;
            while (depth < steps.size() && !(steps.get(depth) instanceof Integer place && place <= 0)) {
                branch = branch.children.computeIfAbsent(steps.get(depth), step -> new Branch());
                depth++;
            }
            known[i] = depth;
            branch.slots.add(i);
        }
        return new PathTrie(List.copyOf(copies), known, new Node(root, 0));
    }

    /** Returns the number of paths that there are. */
    public int size() {
        return known.length;
    }

    /** The steps of a path that are left behind so many. */
    List<Object> stepsFrom(int path, int depth) {
        List<Object> steps = paths.get(path);
        return steps.subList(depth, steps.size());
    }

    /** Returns the number of steps of a path the tree knows. */
    int known(int path) {
        return known[path];
    }

    /** Returns whether the tree knows all steps of a path. */
    boolean isWhole(int path) {
        return known[path] == paths.get(path).size();
    }

    /** A node while the tree grows. */
    private static final class Branch {
        final Map<Object, Branch> children = new LinkedHashMap<>();
        final List<Integer> slots = new ArrayList<>();
    }

    /** The requested paths at one place of a document. */
    static final class Node {
        private static final Node[] NONE = {};
        private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(
                        long[].class, ByteOrder.LITTLE_ENDIAN)
                .withInvokeExactBehavior();
        /** So many keys are looked through faster than hashed. */
        private static final int FEW = 6;

        /** Paths that end here. */
        final int[] slots;
        /** Paths that end here or below. */
        final int[] below;
        /** The number of steps that lead here. */
        final int depth;
        /** Members that are wanted: keys, and what of them. */
        final byte[][] keys;

        final Node[] members;
        /** Of each key, the first eight bytes, of which what is not its own is 0. */
        private final long[] heads;
        /** Of each hash of a key, one more than the first member with it; 0 without one. */
        private final int[] firsts;
        /** The same for the next member with the same hash. */
        private final int[] nexts;
        /** Elements that are wanted: places from 0, ascending, and what of them. */
        final int[] places;

        final Node[] elements;

        Node(Branch branch, int depth) {
            this.depth = depth;
            this.slots = branch.slots.stream().mapToInt(Integer::intValue).toArray();
            List<byte[]> keys = new ArrayList<>();
            List<Node> members = new ArrayList<>();
            Map<Integer, Node> elements = new TreeMap<>();
            List<Integer> below = new ArrayList<>(branch.slots);
            branch.children.forEach((step, child) -> {
                Node node = new Node(child, depth + 1);
                for (int slot : node.below) {
                    below.add(slot);
                }
                if (step instanceof Integer place) {
                    elements.put(place - 1, node);
                } else {
                    keys.add(step.toString().getBytes(StandardCharsets.UTF_8));
                    members.add(node);
                }
            });
            this.below = below.stream().mapToInt(Integer::intValue).toArray();
            this.keys = keys.toArray(new byte[0][]);
            this.members = members.toArray(NONE);
            this.heads = new long[this.keys.length];
            for (int i = 0; i < heads.length; i++) {
                heads[i] = head(
                        Arrays.copyOf(this.keys[i], Math.max(Long.BYTES, this.keys[i].length)), 0, this.keys[i].length);
            }
            this.firsts = new int[Integer.highestOneBit(this.keys.length * 2 + 1)];
            this.nexts = new int[this.keys.length];
            for (int i = 0; i < nexts.length; i++) {
                byte[] key = this.keys[i];
                int hash = hash(key, 0, key.length) & firsts.length - 1;
                nexts[i] = firsts[hash];
                firsts[hash] = i + 1;
            }
            this.places = elements.keySet().stream().mapToInt(Integer::intValue).toArray();
            this.elements = elements.values().toArray(NONE);
        }

        /** The node of a member with this key; null without a requested path. */
        @Nullable
        Node member(byte[] bytes, int from, int to) { // hot: per key of an object of which something is wanted
            int length = to - from;
            if (keys.length <= FEW && from <= bytes.length - Long.BYTES) {
                long head = head(bytes, from, length);
                for (int i = 0; i < heads.length; i++) {
                    if (heads[i] == head
                            && keys[i].length == length
                            && (length <= Long.BYTES || same(keys[i], bytes, from))) {
                        return members[i];
                    }
                }
                return null;
            }
            int hash = hash(bytes, from, length) & firsts.length - 1;
            for (int i = firsts[hash]; i > 0; i = nexts[i - 1]) {
                byte[] key = keys[i - 1];
                if (key.length == length && same(key, bytes, from)) {
                    return members[i - 1];
                }
            }
            return null;
        }

        /** The first eight bytes of a key, which must be there, and 0 for those behind its end. */
        private static long head(byte[] bytes, int from, int length) {
            long head = (long) LONGS.get(bytes, from);
            return length >= Long.BYTES ? head : head & (1L << length * Byte.SIZE) - 1;
        }

        /** Tells keys apart by their length and two of their bytes; most documents' keys differ in one of them. */
        private static int hash(byte[] bytes, int from, int length) {
            if (length == 0) {
                return 0;
            }
            int mixed = length + bytes[from] * 31 + bytes[from + length - 1] * 961;
            return mixed ^ mixed >>> 7;
        }

        private static boolean same(byte[] key, byte[] bytes, int from) {
            for (int i = 0; i < key.length; i++) {
                if (key[i] != bytes[from + i]) {
                    return false;
                }
            }
            return true;
        }
    }
}
