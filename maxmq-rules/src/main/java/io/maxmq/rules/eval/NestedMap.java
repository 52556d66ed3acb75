package io.maxmq.rules.eval;

import io.maxmq.rules.json.JsonWriter;
import io.maxmq.rules.parse.Position;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A map of values that are only read: what targets like {@code a.b} make. Built while a list is compiled, then immutable. */
final class NestedMap extends Node {
    private static final byte[] BEGIN = {'{'};
    private static final byte[] NEXT = {','};
    private static final byte[] END = {'}'};

    private final Map<String, Node> members = new LinkedHashMap<>();
    private String[] names = {};
    private byte[][] heads = {};
    private Node[] nodes = {};

    NestedMap(Position at) {
        super(at);
    }

    /**
     * Adds a value.
     *
     * @param keys that lead to it, one or more
     * @return false where something stands on the way or at the place
     */
    boolean add(String[] keys, int from, Node value) {
        Node present = members.get(keys[from]);
        boolean isLast = from == keys.length - 1;
        if (present != null && (isLast || !(present instanceof NestedMap))) {
            return false;
        }
        if (isLast) {
            members.put(keys[from], value);
        } else {
            NestedMap below = present instanceof NestedMap nested ? nested : new NestedMap(value.at());
            members.put(keys[from], below);
            if (!below.add(keys, from + 1, value)) {
                return false;
            }
        }
        names = members.keySet().toArray(new String[0]);
        nodes = members.values().toArray(new Node[0]);
        heads = new byte[names.length][];
        for (int i = 0; i < names.length; i++) {
            heads[i] = new JsonWriter(false, JsonWriter.UNBOUNDED).key(names[i]).toBytes();
        }
        return true;
    }

    /** The member of this name; null without one. */
    @Nullable
    Node member(String name) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals(name)) {
                return nodes[i];
            }
        }
        return null;
    }

    @Override
    Object value(Frame frame) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>(names.length * 2);
        for (int i = 0; i < names.length; i++) {
            map.put(names[i], nodes[i].value(frame));
        }
        return map;
    }

    @Override
    boolean isUndefined(Frame frame) {
        return false;
    }

    @Override
    void write(Frame frame, JsonWriter out) { // hot: per message
        byte[] before = BEGIN;
        for (int i = 0; i < names.length; i++) {
            if (!out.undefinedLeftOut() || !nodes[i].isUndefined(frame)) {
                out.raw(before).raw(heads[i]);
                nodes[i].write(frame, out);
                before = NEXT;
            }
        }
        if (before == BEGIN) {
            out.raw(BEGIN);
        }
        out.raw(END);
    }
}
