package io.maxmq.spi.intercept;

import io.maxmq.spi.Message;
import io.maxmq.spi.Stable;
import java.util.List;
import java.util.Optional;

/**
 * Chooses the member of a shared subscription that gets a message (MQTT 5.0 §4.8.2), in place of the next in turn. See
 * {@link Interceptor} for order; the first choice counts. Never asynchronous; a failure is reported and leaves the choice to the next
 * interceptor and finally to the turn.
 *
 * <p><b>Thread:</b> the event loop of the publisher's session. A chosen member that cannot take the message passes it to the next in turn.
 * The broker asks when it routes a message, and when a member that leaves passes a message on; not when a member comes to waiting
 * messages.
 * <b>Cost:</b> per message and group one call, a list with an object for each member that is online, and one copy of the message.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public non-sealed interface SharedMemberInterceptor extends Interceptor {

    /**
     * Chooses a member.
     *
     * @param candidates the members that are online and read messages, on all loops: one or more, in the order of their turns with any of
     *     them first; unmodifiable
     * @return one of {@code candidates}; empty for no opinion
     */
    Optional<Recipient> onShared(List<Recipient> candidates, Message message);
}
