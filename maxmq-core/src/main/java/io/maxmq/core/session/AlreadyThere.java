package io.maxmq.core.session;

import org.jspecify.annotations.Nullable;

/** Who has which messages already, while a start goes on with what a crash has cut off. */
public interface AlreadyThere {
    AlreadyThere NOTHING = (client, shared, idHigh, idLow) -> false;

    /**
     * @param shared the filter, with its share, of a shared subscription that the message is for: asks whether any of its
     *     members, or its queue, has the message; null for what the session has by its other subscriptions
     */
    boolean has(SessionKey client, @Nullable String shared, long idHigh, long idLow);

    /** Who has a message of a shared subscription gives it to another member, which is to take it. */
    default void passesOn(SessionKey client, String shared, long idHigh, long idLow) {}
}
