package io.maxmq.rules.eval;

import io.maxmq.rules.json.JsonWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A list of fields that is ready to run: SELECT's, FOREACH's or DO's. Immutable.
 *
 * @param values in the list's order, without {@code *}
 * @param places of the values
 * @param names of the record's members in their order
 * @param heads what is written before each member: a bracket or comma, its name and a colon; with room behind it
 * @param headBytes of these, how many count
 * @param slots of the members
 * @param everythingAt before which member {@code *} stands; -1 without
 * @param outerNames of what {@code *} is beside the event's fields, in DO
 * @param outerSlots of these
 */
record FieldList(
        Node[] values,
        Placement[] places,
        String[] names,
        byte[][] heads,
        int[] headBytes,
        int[] slots,
        int everythingAt,
        String[] outerNames,
        int[] outerSlots,
        Set<String> hidden) {
    /** As many bytes as are copied fastest. */
    static final int ROOM = 16;

    /** Targets with more keys are made step by step. */
    private static final int MOST_KEYS = 64;

    private static final byte[] BEGIN = {'{'};
    private static final byte[] NEXT = {','};
    private static final byte[] END = Arrays.copyOf(new byte[] {'}'}, ROOM);

    /** Works the list out from left to right. */
    void run(Frame frame) { // hot: per message
        for (int i = 0; i < values.length; i++) {
            places[i].place(frame, values[i]);
        }
    }

    /**
     * Returns the node of each slot when all values are only read from a plain payload and so can be read on demand;
     * null otherwise.
     *
     *
     * @param slots of the program
     */
    Node @Nullable [] waiting(int slots) {
        if (slots != names.length) {
            return null;
        }
        @Nullable Node[] waiting = new @Nullable Node[slots];
        for (int i = 0; i < values.length; i++) {
            boolean isRead = values[i] instanceof FieldReads.Field
                    || values[i].isConstant()
                    || (values[i] instanceof FieldReads.PayloadPath path && path.isNumbered());
            String[] keys = places[i].keys();
            int slot = places[i].slot();
            if (!isRead || keys == null || keys.length > MOST_KEYS) {
                return null;
            }
            if (keys.length == 0 && waiting[slot] == null) {
                waiting[slot] = values[i];
                continue;
            }
            Node nested = waiting[slot] == null ? new NestedMap(values[i].at()) : waiting[slot];
            if (keys.length == 0 || !(nested instanceof NestedMap map) || !map.add(keys, 0, values[i])) {
                return null;
            }
            waiting[slot] = nested;
        }
        return Arrays.stream(waiting).map(Objects::requireNonNull).toArray(Node[]::new);
    }

    /** Writes the record of what was worked out as JSON: the same as the writer writes of {@link #record}. */
    void write(Frame frame, JsonWriter out) { // hot: per message
        if (everythingAt >= 0) {
            out.write(record(frame));
            return;
        }
        if (out.undefinedLeftOut()) {
            writeDefined(frame, out);
            return;
        }
        for (int i = 0; i < names.length; i++) {
            out.raw(heads[i], 0, headBytes[i]);
            frame.write(slots[i], out);
        }
        out.raw(END, 0, 1);
    }

    private void writeDefined(Frame frame, JsonWriter out) {
        byte[] before = BEGIN;
        for (int i = 0; i < names.length; i++) {
            if (!frame.isUndefined(slots[i])) {
                out.raw(before, 0, 1);
                out.raw(heads[i], 1, headBytes[i]);
                frame.write(slots[i], out);
                before = NEXT;
            }
        }
        if (before == BEGIN) {
            out.raw(BEGIN, 0, 1);
        }
        out.raw(END, 0, 1);
    }

    /** The record of what was worked out. */
    Map<String, @Nullable Object> record(Frame frame) {
        Map<String, @Nullable Object> record = new LinkedHashMap<>(names.length * 2 + (everythingAt < 0 ? 1 : 40));
        for (int i = 0; i < names.length; i++) {
            if (i == everythingAt) {
                addEverything(frame, record);
            }
            record.put(names[i], frame.value(slots[i]));
        }
        if (everythingAt == names.length) {
            addEverything(frame, record);
        }
        return record;
    }

    private void addEverything(Frame frame, Map<String, @Nullable Object> record) {
        List<String> fields = frame.evaluation.event().names();
        for (String field : fields) {
            if (!hidden.contains(field)) {
                record.put(field, frame.evaluation.field(field));
            }
        }
        if (!hidden.contains("metadata")) {
            record.putIfAbsent("metadata", frame.evaluation.metadata());
        }
        for (int i = 0; i < outerNames.length; i++) {
            record.put(outerNames[i], frame.value(outerSlots[i]));
        }
    }
}
