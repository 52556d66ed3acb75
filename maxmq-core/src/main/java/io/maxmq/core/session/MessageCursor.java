package io.maxmq.core.session;

import io.maxmq.core.routing.StoredMessage;
import java.util.Optional;

/**
 * Position in the messages of a session: after the message with this sequence, and after the QoS 0 message that follows
 * it, if one is given, since QoS 0 messages have no sequence. The text form is {@code SEQUENCE} or
 * {@code SEQUENCE.HIGH.LOW}.
 *
 * @param sequence -1 for none
 * @param idHigh upper half of the id of the QoS 0 message; 0, like {@code idLow}, for none
 * @param idLow lower half of that id
 */
public record MessageCursor(long sequence, long idHigh, long idLow) {
    /** Position before the first message. */
    public static final MessageCursor START = new MessageCursor(-1, 0, 0);

    /**
     * Parses the text form of a cursor; an absent text is {@link #START}.
     *
     * @throws IllegalArgumentException if the text is not a valid cursor
     */
    public static MessageCursor parse(Optional<String> text) {
        if (text.isEmpty()) {
            return START;
        }
        String[] parts = text.get().split("\\.", -1);
        try {
            long sequence = Long.parseLong(parts[0]);
            if (sequence >= -1 && parts.length == 1) {
                return new MessageCursor(sequence, 0, 0);
            }
            if (sequence >= -1 && parts.length == 3) {
                return new MessageCursor(sequence, Long.parseLong(parts[1]), Long.parseLong(parts[2]));
            }
        } catch (NumberFormatException e) {
            // thrown below
        }
        throw new IllegalArgumentException("not a cursor of this broker: cursor=" + text.get());
    }

    /** Returns the position after a message that follows this position. */
    public MessageCursor behind(long nextSequence, StoredMessage message) {
        return nextSequence < 0
                ? new MessageCursor(sequence, message.idHigh(), message.idLow())
                : new MessageCursor(nextSequence, 0, 0);
    }

    boolean isBehind(StoredMessage atMostOnce) {
        return idHigh == atMostOnce.idHigh() && idLow == atMostOnce.idLow();
    }

    @Override
    public String toString() {
        return idHigh == 0 && idLow == 0 ? "" + sequence : sequence + "." + idHigh + "." + idLow;
    }
}
