package io.maxmq.core.session;

import io.maxmq.core.persistence.MessageRecord;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Topic;

/**
 * The time at which a delayed message of QoS 2 is due, in the record of its packet id: so that a start which goes on with it
 * delays it as well. It stands before the topic, between characters that no topic has (MQTT 5.0 §1.5.4):
 *
 * <pre>
 *   | U+0000 | ms since the epoch, decimal | U+0000 | topic |
 * </pre>
 */
final class DueTime {
    private static final char MARK = '\0';

    private DueTime() {}

    /** The message as it is written; under the same id. */
    static StoredMessage mark(StoredMessage message, long dueAtMillis) {
        return StoredMessage.restored(
                Topic.of(MARK
                        + Long.toString(dueAtMillis)
                        + MARK
                        + message.topic().name()),
                message.body(),
                message.propertiesLength(),
                message.qos(),
                message.retain(),
                message.expiresAtMillis(),
                message.idHigh(),
                message.idLow());
    }

    /** In ms since the epoch; 0 when the message is not delayed. */
    static long of(MessageRecord record) {
        String topic = record.topic();
        return isMarked(topic) ? Long.parseLong(topic.substring(1, topic.indexOf(MARK, 1))) : 0;
    }

    /** The record of the message itself. */
    static MessageRecord unmark(MessageRecord record) {
        String topic = record.topic();
        return new MessageRecord(
                isMarked(topic) ? topic.substring(topic.indexOf(MARK, 1) + 1) : topic,
                record.qos(),
                record.retain(),
                record.expiresAtMillis(),
                record.idHigh(),
                record.idLow(),
                record.propertiesLength(),
                record.bodyLength(),
                record.body());
    }

    private static boolean isMarked(String topic) {
        return !topic.isEmpty() && topic.charAt(0) == MARK;
    }
}
