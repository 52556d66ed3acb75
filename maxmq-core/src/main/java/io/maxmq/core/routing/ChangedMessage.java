package io.maxmq.core.routing;

/**
 * A message as one recipient gets it, because an interceptor has changed it on its way there, with the one that was published:
 * that is what storage has, and what another member of a shared subscription gets if this recipient leaves it behind. Takes what
 * both take.
 */
final class ChangedMessage extends StoredMessage {
    private final StoredMessage original;

    ChangedMessage(StoredMessage changed, StoredMessage original) {
        super(
                changed.topic(),
                changed.body(),
                changed.propertiesLength(),
                changed.qos(),
                changed.retain(),
                changed.expiresAtMillis(),
                changed.idHigh(),
                changed.idLow());
        this.original = original;
    }

    @Override
    public StoredMessage original() {
        return original;
    }

    @Override
    public int bytes() {
        return super.bytes() + original.bytes();
    }
}
