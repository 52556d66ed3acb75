package io.maxmq.rules.eval;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.parse.Position;
import io.maxmq.rules.value.Text;
import io.maxmq.rules.value.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a value of a list goes: into a slot, or into a map or array below it. What was there is never changed but copied, as others
 * may have it by then.
 */
final class Placement {
    private final Position at;
    private final int slot;
    private final Move[] moves;
    private final boolean isComputed;
    private final boolean isPayload;
    private final @Nullable Node start;

    /**
     * A place.
     *
     * @param isPayload whether a string in the slot is JSON to go into
     * @param start what the slot holds before: null where it has been placed already
     */
    Placement(Position at, int slot, Move[] moves, boolean isPayload, @Nullable Node start) {
        this.at = at;
        this.slot = slot;
        this.moves = moves;
        this.isComputed = Arrays.stream(moves).anyMatch(move -> move.computed != null);
        this.isPayload = isPayload;
        this.start = start;
    }

    /** The slot. */
    int slot() {
        return slot;
    }

    /** The keys that lead to the place from the slot, which holds nothing before; null where it is another place. */
    String @Nullable [] keys() {
        if (start != null && !(start instanceof Constant constant && constant.value() == null)) {
            return moves.length == 0 ? new String[0] : null;
        }
        String[] keys = new String[moves.length];
        for (int i = 0; i < keys.length; i++) {
            if (!(moves[i].index() instanceof Text key)) {
                return null;
            }
            keys[i] = key.toString();
        }
        return keys;
    }

    /** Puts what a node gives there. */
    void place(Frame frame, Node node) { // hot: per message
        if (moves.length == 0) {
            frame.put(slot, node);
        } else {
            place(frame, node.value(frame));
        }
    }

    private void place(Frame frame, @Nullable Object value) {
        Move[] known = isComputed ? computed(frame) : moves;
        Object present = start == null ? frame.value(slot) : start.value(frame);
        if (isPayload && present instanceof Text text) {
            present = decoded(frame, text);
        }
        frame.set(slot, put(frame, present, known, 0, value));
    }

    private Move[] computed(Frame frame) {
        Move[] known = moves.clone();
        for (int i = 0; i < known.length; i++) {
            Node computed = known[i].computed;
            if (computed == null) {
                continue;
            }
            Object index = computed.value(frame);
            if (index instanceof Long number && number != Long.MIN_VALUE) {
                known[i] = new Move(Math.abs(number), number < 0, null);
            } else if (index instanceof Text) {
                known[i] = new Move(index, false, null);
            } else {
                throw new EvaluationException(
                                Code.BAD_INDEX,
                                "target",
                                "an index is an integer or a string, not " + Values.shown(index))
                        .at(at.line(), at.column());
            }
        }
        return known;
    }

    private @Nullable Object decoded(Frame frame, Text text) {
        Payload payload = frame.evaluation.payload();
        try {
            return (text == payload.raw() ? payload : new Payload(text)).document(frame.limits);
        } catch (EvaluationException e) {
            throw e.at(at.line(), at.column());
        }
    }

    private static @Nullable Object put(
            Frame frame, @Nullable Object container, Move[] moves, int move, @Nullable Object value) {
        if (move == moves.length) {
            return value;
        }
        return moves[move].index instanceof Text key
                ? putMember(frame, container, key.toString(), moves, move, value)
                : putElement(frame, container, moves, move, value);
    }

    private static Object putMember(
            Frame frame, @Nullable Object container, String key, Move[] moves, int move, @Nullable Object value) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        if (container instanceof Map<?, ?> present) {
            frame.evaluation.work(present.size());
            for (Map.Entry<?, ?> member : present.entrySet()) {
                map.put(String.valueOf(member.getKey()), member.getValue());
            }
        }
        map.put(key, put(frame, map.get(key), moves, move + 1, value));
        return map;
    }

    private static Object putElement(
            Frame frame, @Nullable Object container, Move[] moves, int move, @Nullable Object value) {
        long index = (Long) Objects.requireNonNull(moves[move].index);
        boolean isFromEnd = moves[move].isFromEnd;
        if (!(container instanceof List<?> present)) {
            return Collections.singletonList(put(frame, null, moves, move + 1, value));
        }
        frame.evaluation.work(present.size());
        long at = isFromEnd ? present.size() - index : index - 1;
        if (index != 0 && (at < 0 || at >= present.size())) {
            return present;
        }
        List<@Nullable Object> list = new ArrayList<>(present.size() + 1);
        list.addAll(present);
        if (index == 0) {
            list.add(isFromEnd ? list.size() : 0, put(frame, null, moves, move + 1, value));
        } else {
            list.set((int) at, put(frame, list.get((int) at), moves, move + 1, value));
        }
        return Collections.unmodifiableList(list);
    }

    /**
     * A step of a target.
     *
     * @param index a {@link Text} as key or a {@link Long} as position without its sign; null when it is computed
     * @param isFromEnd of a position: whether it counts from the end
     * @param computed null when the index is there
     */
    record Move(
            @Nullable Object index,
            boolean isFromEnd,
            @Nullable Node computed) {}
}
