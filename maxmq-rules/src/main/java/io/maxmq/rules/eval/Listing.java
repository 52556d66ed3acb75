package io.maxmq.rules.eval;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A list of fields that is ready to run: SELECT's, FOREACH's or DO's. Immutable.
 *
 * @param values in the list's order, without {@code *}
 * @param places of the values
 * @param names of the record's members in their order
 * @param slots of the members
 * @param everythingAt before which member {@code *} stands; -1 without
 * @param outerNames of what {@code *} is beside the event's fields, in DO
 * @param outerSlots of these
 */
record Listing(
        Node[] values,
        Placement[] places,
        String[] names,
        int[] slots,
        int everythingAt,
        String[] outerNames,
        int[] outerSlots,
        Set<String> hidden) {

    /** Works the list out from left to right. */
    void run(Frame frame) { // hot: per message
        for (int i = 0; i < values.length; i++) {
            places[i].place(frame, values[i].value(frame));
        }
    }

    /**
     * The values by their names, where each is only read and so can be worked out after the condition; null otherwise. Whether a payload
     * lets them be read is for {@link #canWait} to say.
     */
    @Nullable
    Map<String, Node> waiting() {
        if (values.length != names.length) {
            return null;
        }
        Map<String, Node> waiting = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            boolean isRead = values[i] instanceof Reads.Field
                    || values[i].isConstant()
                    || (values[i] instanceof Reads.PayloadPath path && path.isNumbered());
            if (!isRead || !places[i].isWhole()) {
                return null;
            }
            waiting.put(names[i], values[i]);
        }
        return waiting;
    }

    /** Whether the values of this event can be worked out after the condition, as they can't fail; fails where the first of them does. */
    boolean canWait(Frame frame) { // hot: per message
        for (Node value : values) {
            if (value instanceof Reads.PayloadPath path && !path.canWait(frame)) {
                return false;
            }
        }
        return true;
    }

    /** The record of what was worked out. */
    Map<String, @Nullable Object> record(Frame frame) {
        Map<String, @Nullable Object> record = new LinkedHashMap<>(names.length * 2 + (everythingAt < 0 ? 1 : 40));
        for (int i = 0; i < names.length; i++) {
            if (i == everythingAt) {
                addEverything(frame, record);
            }
            record.put(names[i], frame.slots[slots[i]]);
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
            record.put(outerNames[i], frame.slots[outerSlots[i]]);
        }
    }
}
