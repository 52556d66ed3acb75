package io.maxmq.rules.json;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.value.JsonNull;
import io.maxmq.rules.value.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The places of the paths of a {@link PathTrie} in one document. One pass over the bytes finds them; values are created
 * on demand. Reusable for the next document; reading allocates nothing but keys and texts with escapes.
 *
 *
 * <p>In strict mode all of the document is checked, and of members with the same key the last one counts. In fast mode
 * reading ends with the last path that was found; what follows is not looked at. Not thread-safe.
 */
public final class Extraction {
    // What stands at a path.
    private static final byte MISSING = 0;
    private static final byte TEXT = 1;
    private static final byte ESCAPED_TEXT = 2;
    private static final byte INTEGER = 3;
    private static final byte FLOAT = 4;
    private static final byte TRUE = 5;
    private static final byte FALSE = 6;
    private static final byte NULL = 7;
    private static final byte CONTAINER = 8;
    /** A string stands on the way, in which the rest of the path may be. */
    private static final byte THROUGH_TEXT = 9;
    /** A float that was requested, with its number kept. */
    private static final byte KNOWN_FLOAT = 10;

    private static final byte[] NOTHING = {};

    // Valid for ever.
    private final PathTrie paths;
    /** Of each path, whether the tree knows all of its steps; and whether it does of all. */
    private final boolean[] whole;

    private final boolean allWhole;
    private final int depth;
    private final int integerBits;
    private final JsonCursor cursor = new JsonCursor();
    private final byte[] kinds;
    private final int[] froms;
    private final int[] tos;
    /** Of a path through a string: the steps that lead to it; -1 where that string has escapes, less the steps. */
    private final int[] through;
    /** Of what is a {@link #KNOWN_FLOAT}. */
    private final double[] floats;

    // Valid for one document.
    private byte[] bytes = NOTHING;
    private boolean fast;
    private boolean throughText;
    private int found;

    /** As the other, with the limits that hold where nothing else is said. */
    public Extraction(PathTrie paths) {
        this(paths, JsonReader.DEPTH, JsonReader.INTEGER_BITS);
    }

    /**
     * An extraction of these paths.
     *
     * @param depth how many arrays and objects may be open at once
     * @param integerBits that an integer may have
     */
    public Extraction(PathTrie paths, int depth, int integerBits) {
        this.paths = paths;
        this.whole = new boolean[paths.size()];
        boolean all = true;
        for (int i = 0; i < whole.length; i++) {
            whole[i] = paths.isWhole(i);
            all &= whole[i];
        }
        this.allWhole = all;
        this.depth = depth;
        this.integerBits = integerBits;
        this.kinds = new byte[paths.size()];
        this.froms = new int[paths.size()];
        this.tos = new int[paths.size()];
        this.through = new int[paths.size()];
        this.floats = new double[paths.size()];
    }

    /**
     * Finds all paths in a document, which must not change while values are read.
     *
     *
     * @param from first byte of the document
     *
     * @param to the byte after it
     *
     * @param strict whether all of it is read and checked
     *
     * @throws EvaluationException DECODE_JSON for invalid JSON or too deep nesting, LIMIT_EXCEEDED for a large integer
     */
    public void read(byte[] bytes, int from, int to, boolean strict) { // hot: per message
        this.bytes = bytes;
        this.fast = !strict;
        Arrays.fill(kinds, MISSING);
        found = 0;
        throughText = false;
        cursor.reset(bytes, from, to, integerBits);
        if (!value(paths.root, depth)) {
            cursor.end();
        }
    }

    /** Keeps nothing of the document, of which nothing can be had any more. */
    public void forget() {
        bytes = NOTHING;
        Arrays.fill(kinds, MISSING);
        cursor.reset(bytes, 0, 0, integerBits);
    }

    /** Reads a value of which something is wanted; whether reading has come to its end. */
    private boolean value(PathTrie.Node node, int left) {
        int first = cursor.peek();
        int at = cursor.at;
        byte kind;
        boolean ended = false;
        switch (first) {
            case '{' -> {
                kind = CONTAINER;
                ended = object(node, left);
            }
            case '[' -> {
                kind = CONTAINER;
                ended = array(node, left);
            }
            case '"' -> {
                cursor.string();
                kind = cursor.escaped ? ESCAPED_TEXT : TEXT;
                if (node.below.length > node.slots.length) {
                    throughText(node);
                }
            }
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
                cursor.number();
                kind = cursor.integer ? INTEGER : FLOAT;
            }
            default -> {
                cursor.word();
                kind = first == 't' ? TRUE : first == 'f' ? FALSE : NULL;
            }
        }
        if (ended) {
            return true;
        }
        for (int slot : node.slots) {
            kinds[slot] = kind;
            froms[slot] = at;
            tos[slot] = cursor.at;
            found++;
        }
        return fast && found == kinds.length;
    }

    private void throughText(PathTrie.Node node) {
        throughText = true;
        for (int slot : node.below) {
            kinds[slot] = THROUGH_TEXT;
            froms[slot] = cursor.tokenFrom;
            tos[slot] = cursor.tokenTo;
            through[slot] = cursor.escaped ? -1 - node.depth : node.depth;
        }
        // Those that end here are counted with their own kind.
        found += node.below.length - node.slots.length;
    }

    private boolean object(PathTrie.Node node, int left) {
        cursor.open(left);
        if (cursor.peek() == '}') {
            cursor.at++;
            return false;
        }
        boolean plain = node.keys.length == 0;
        do {
            cursor.key();
            PathTrie.Node member = plain ? null : member(node);
            if (member == null) {
                cursor.skip(left - 1);
                continue;
            }
            forget(member);
            if (value(member, left - 1)) {
                return true;
            }
        } while (cursor.another('}'));
        return false;
    }

    private PathTrie.@Nullable Node member(PathTrie.Node node) {
        if (!cursor.escaped) {
            return node.member(bytes, cursor.tokenFrom, cursor.tokenTo);
        }
        byte[] key = JsonStrings.unescape(bytes, cursor.tokenFrom, cursor.tokenTo);
        return node.member(key, 0, key.length);
    }

    /** An earlier member with the same key does not count. */
    private void forget(PathTrie.Node node) {
        for (int slot : node.below) {
            if (kinds[slot] != MISSING) {
                kinds[slot] = MISSING;
                found--;
            }
        }
    }

    private boolean array(PathTrie.Node node, int left) {
        cursor.open(left);
        if (cursor.peek() == ']') {
            cursor.at++;
            return false;
        }
        int place = 0;
        int next = 0;
        do {
            if (next < node.places.length && node.places[next] == place) {
                if (value(node.elements[next++], left - 1)) {
                    return true;
                }
            } else {
                cursor.skip(left - 1);
            }
            place++;
        } while (cursor.another(']'));
        return false;
    }

    /** Returns whether there is a value at the path that is a number without point and exponent, of 64 bits. */
    public boolean isLong(int path) {
        return kinds[path] == INTEGER && tos[path] - froms[path] <= 18 && whole[path];
    }

    /** The number at the path; only where {@link #isLong} says so. */
    public long asLong(int path) {
        return JsonNumbers.small(bytes, froms[path], tos[path]);
    }

    /** Returns whether there is a value at the path that is a number with point or exponent. */
    public boolean isDouble(int path) {
        byte kind = kinds[path];
        return (kind == FLOAT || kind == KNOWN_FLOAT) && whole[path];
    }

    /** The number at the path; only where {@link #isDouble} says so. */
    public double asDouble(int path) {
        if (kinds[path] == FLOAT) {
            floats[path] = JsonNumbers.floating(bytes, froms[path], tos[path]);
            kinds[path] = KNOWN_FLOAT;
        }
        return floats[path];
    }

    /** The value at a path; undefined without one. Creates a new object each time. */
    public @Nullable Object value(int path) {
        byte kind = kinds[path];
        int from = froms[path];
        int to = tos[path];
        if (kind == MISSING) {
            return null;
        }
        if (kind == THROUGH_TEXT) {
            int steps = through[path];
            Text text = JsonStrings.text(bytes, from, to, steps < 0);
            return walk(text, paths.stepsFrom(path, steps < 0 ? -1 - steps : steps));
        }
        Object value = switch (kind) {
            case TEXT, ESCAPED_TEXT -> JsonStrings.text(bytes, from + 1, to - 1, kind == ESCAPED_TEXT);
            case INTEGER -> JsonNumbers.integer(bytes, from, to, integerBits);
            case FLOAT, KNOWN_FLOAT -> (Object) asDouble(path);
            case TRUE -> true;
            case FALSE -> false;
            case NULL -> JsonNull.NULL;
            default -> JsonReader.read(bytes, from, to, depth, integerBits);
        };
        return whole[path] ? value : walk(value, paths.stepsFrom(path, paths.known(path)));
    }

    private @Nullable Object walk(Object value, List<Object> steps) {
        Object at = value;
        for (Object step : steps) {
            if (at instanceof Text text) {
                at = JsonReader.readOrUndefined(text, depth);
            }
            if (at instanceof Map<?, ?> map && step instanceof String) {
                at = map.get(step);
            } else if (at instanceof List<?> list && step instanceof Integer place) {
                int index = place > 0 ? place - 1 : list.size() + place;
                at = place != 0 && index >= 0 && index < list.size() ? list.get(index) : null;
            } else {
                return null;
            }
        }
        return at;
    }

    /**
     * Writes the value at a path as the writer would write {@link #value}, {@code null} without one. Text of the
     * document that is already in the written form is copied without creating a value.
     */
    public void write(int path, JsonWriter out) { // hot: per field that is forwarded
        byte kind = whole[path] ? kinds[path] : THROUGH_TEXT;
        int from = froms[path];
        int to = tos[path];
        switch (kind) {
            case TEXT, TRUE, FALSE, NULL -> out.raw(bytes, from, to);
            case INTEGER -> {
                if (bytes[from] == '-' && bytes[from + 1] == '0') {
                    from++; // there is no other zero
                }
                out.raw(bytes, from, to);
            }
            case FLOAT, KNOWN_FLOAT -> {
                if (JsonNumbers.isAsWritten(bytes, from, to)) {
                    out.raw(bytes, from, to);
                } else {
                    out.floating(asDouble(path));
                }
            }
            default -> out.write(value(path));
        }
    }

    /** Returns whether there is no value at a path; only where {@link #isRaw} says so of it. */
    public boolean isMissing(int path) {
        return kinds[path] == MISSING;
    }

    /** Returns whether {@link #isRaw} holds for all paths. May return false although it does. */
    public boolean areAllRaw() {
        return allWhole && !throughText;
    }

    /** Returns whether the value at a path is one part of the document, or missing. */
    public boolean isRaw(int path) {
        return kinds[path] == MISSING || kinds[path] != THROUGH_TEXT && whole[path];
    }
}
