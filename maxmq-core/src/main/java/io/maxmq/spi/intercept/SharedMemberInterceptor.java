package io.maxmq.spi.intercept;

import io.maxmq.spi.Message;
import io.maxmq.spi.Stable;
import java.util.List;
import java.util.Optional;

/**
 * Chooses the member of a shared subscription that gets a message (MQTT 5.0 §4.8.2), where the broker would take the next in turn. See
 * {@link Interceptor} for order; the first that chooses has chosen. Here nothing is asynchronous, and a failure is reported and leaves
 * the choice to the next interceptor, in the end to the turn.
 *
 * <p><b>Thread:</b> the event loop of the publisher's session. A member that then cannot take the message passes it to the next in turn.
 * Asked when a message is routed, and when a member that leaves passes it on; not about what has waited for a member to come.
 * <b>Cost:</b> per message and group one call, a list with an object for each member that is online, and one copy of the message.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public non-sealed interface SharedMemberInterceptor extends Interceptor {

    /**
     * Chooses.
     *
     * @param candidates the members that are online and take messages, on whichever loop: one or more, in the order of their turns but
     *     from anywhere; unmodifiable
     * @return one of {@code candidates}; empty for no opinion
     */
    Optional<Recipient> onShared(List<Recipient> candidates, Message message);
}
