package io.maxmq.core.routing;

/**
 * A message as an interceptor has changed it for one recipient, together with the published original. Storage holds the
 * original, and another member of a shared subscription gets the original when this recipient does not take the
 * message. {@link #bytes} counts both messages.
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
