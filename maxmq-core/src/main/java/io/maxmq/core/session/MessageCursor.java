package io.maxmq.core.session;

import io.maxmq.core.routing.StoredMessage;
import java.util.Optional;

/**
 * Where a look at the messages of a session ended: behind the one with this sequence, and behind the message of QoS 0 that
 * follows it, if one is named; those have no sequence. As text {@code SEQUENCE} or {@code SEQUENCE.HIGH.LOW}.
 *
 * @param sequence -1 for none
 * @param idHigh of the message of QoS 0; 0 like {@code idLow} for none
 */
public record MessageCursor(long sequence, long idHigh, long idLow) {
    /** In front of all. */
    public static final MessageCursor START = new MessageCursor(-1, 0, 0);

    /** @throws IllegalArgumentException when it is not the text of a place */
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
            // As below.
        }
        throw new IllegalArgumentException("not a cursor of this broker: cursor=" + text.get());
    }

    /** The place behind a message that comes behind this place. */
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
