package io.maxmq.core.routing;

/**
 * A retained message with the client id of its publisher, because No Local (MQTT 5.0 §3.8.3.1) applies to retained
 * messages too. Immutable like every stored message.
 */
final class RetainedMessage extends StoredMessage {
    private static final int ARRAY_BYTES = 16;

    private final byte[] publisherId;

    RetainedMessage(StoredMessage message, byte[] publisherId) {
        super(
                message.topic().withoutMatches(),
                message.body(),
                message.propertiesLength(),
                message.qos(),
                message.retain(),
                message.expiresAtMillis(),
                message.idHigh(),
                message.idLow());
        this.publisherId = publisherId;
    }

    @Override
    public byte[] publisherId() {
        return publisherId;
    }

    @Override
    long retainedBytes() {
        return super.retainedBytes() + ARRAY_BYTES + publisherId.length;
    }
}
