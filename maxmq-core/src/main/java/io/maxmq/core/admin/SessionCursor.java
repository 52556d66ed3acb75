package io.maxmq.core.admin;

import java.util.Optional;

/**
 * Where a page of sessions, or of their subscriptions, ended. As text {@code LOOP.SLOT} or {@code LOOP.SLOT.FILTER}.
 *
 * @param loop the index of the loop to go on with
 * @param slot the session's number there
 * @param afterFilter the last filter given of that session; empty to begin with its first
 */
record SessionCursor(int loop, int slot, String afterFilter) {
    static final SessionCursor START = new SessionCursor(0, 0, "");

    /** @throws IllegalArgumentException when it is not the text of a cursor for so many loops */
    static SessionCursor parse(Optional<String> text, int loops) {
        if (text.isEmpty()) {
            return START;
        }
        String[] parts = text.get().split("\\.", 3);
        try {
            int loop = Integer.parseInt(parts[0]);
            int slot = Integer.parseInt(parts[1]);
            if (loop >= 0 && loop < loops && slot >= 0) {
                return new SessionCursor(loop, slot, parts.length == 3 ? parts[2] : "");
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            // As below.
        }
        throw new IllegalArgumentException("not a cursor of this broker: cursor=" + text.get());
    }

    @Override
    public String toString() {
        return loop + "." + slot + (afterFilter.isEmpty() ? "" : "." + afterFilter);
    }
}
